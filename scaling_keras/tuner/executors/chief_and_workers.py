"""KerasTuner's chief and workers, by its environment variables, behind a watchdog.

`KERASTUNER_TUNER_ID`, `KERASTUNER_ORACLE_IP` and `KERASTUNER_ORACLE_PORT` say who a process is and
where the chief is. The messages are KerasTuner's own; who waits for whom, and for how long, is not:
its chief waits for ever for a worker that is gone, and for itself after an error.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent import futures
from queue import Empty, SimpleQueue
from typing import Any

import grpc
import keras_tuner
from keras_tuner.src import protos
from keras_tuner.src.engine import trial as keras_tuner_trial

from scaling_keras.errors import ScalingError, SweepError
from scaling_keras.tuner.claim import TakenOver
from scaling_keras.tuner.executors.interface import TrialOutcome, TrialQueue
from scaling_keras.tuner.executors.retries import Retries
from scaling_keras.tuner.sweep import TrialPlan

VARIABLES = ("KERASTUNER_TUNER_ID", "KERASTUNER_ORACLE_IP", "KERASTUNER_ORACLE_PORT")
_STATUS = keras_tuner_trial.TrialStatus
_RAISED = "raised"
_CONTENT = "content"
_LOOK_SECONDS = 0.5
_PING_SECONDS = 2.0
_ANSWER_SECONDS = 30.0
_GRACE_SECONDS = 5.0
_RESTART_SECONDS = 5 * _PING_SECONDS
"""How long nothing is heard of a worker before another of its name is taken for it, come back."""
_NAME_END = "/"
"""What ends a worker's name in what it calls itself; a token of its process follows."""


class ChiefAndWorkers:
    """Hands trials out to workers if this process is the chief, or takes them from it.

    All of them run the same program. A worker that is gone or hangs loses its trial to another; one
    that comes back asks for a new one. A chief that is started again goes on where it was, and
    workers wait for it meanwhile.

    Args:
        silence_seconds: How long nothing may be heard of a worker before it counts as gone, and
            how long a chief that has no trials left stays to tell the workers.
        stall_seconds: How long a trial may make no step before its worker counts as hung.
        absence_seconds: How long a worker waits for a chief, and a chief for the first worker or
            for another when all are gone.
        max_retries: How often a trial is begun again whose worker is gone or hung.

    Raises:
        SweepError: If one of KerasTuner's environment variables is missing.
    """

    n_replicas: int | None = None

    def __init__(
        self,
        *,
        silence_seconds: float = 60.0,
        stall_seconds: float | None = 1800.0,
        absence_seconds: float = 600.0,
        max_retries: int = 2,
    ) -> None:
        missing = [name for name in VARIABLES if name not in os.environ]
        if missing:
            raise SweepError(
                f"KerasTuner's chief and workers need {', '.join(VARIABLES)}. Received: an "
                f"environment without {', '.join(missing)}. Set all of them, or none."
            )
        self._id, ip, port = (os.environ[name] for name in VARIABLES)
        self._address = f"{ip}:{port}"
        # Two workers may have got the same name.
        self._member = f"{self._id}{_NAME_END}{uuid.uuid4().hex}"
        self.is_worker = "chief" not in self._id
        self._silence_seconds = silence_seconds
        self._stall_seconds = stall_seconds
        self._absence_seconds = absence_seconds
        self._max_retries = max_retries

    def run(self, queue: TrialQueue, run_trial: Callable[[TrialPlan], TrialOutcome]) -> None:
        """Hand out trials until the queue has none left: what the chief does.

        Args:
            queue: The trials.
            run_trial: Unused: the workers have their own.

        Raises:
            SweepError: If the address is taken, no worker is there, or a trial ended the search in
                a worker, as a mistake in the set-up does.
        """
        desk = _Desk(Retries(queue, max_retries=self._max_retries))
        requests: SimpleQueue[_Request] = SimpleQueue()
        server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
        protos.get_service_grpc().add_OracleServicer_to_server(_Servicer(requests), server)
        self._listen(server)
        server.start()
        try:
            while not desk.is_over or desk.has_workers(self._silence_seconds):
                with contextlib.suppress(Empty):
                    _serve(desk, requests.get(timeout=_LOOK_SECONDS))
                desk.free_silent(self._silence_seconds, self._stall_seconds)
                if not desk.is_over and not desk.has_workers(self._absence_seconds):
                    raise SweepError(
                        f"A chief needs workers. Received: none at {self._address} for "
                        f"{self._absence_seconds:g} s. Start some, then the chief again."
                    )
            if desk.mistake is not None:
                raise desk.mistake
        finally:
            # Not at once: the last worker is just being told that there are no trials left.
            server.stop(_GRACE_SECONDS).wait()

    def work(self, run_trial: Callable[[TrialPlan], TrialOutcome]) -> None:
        """Run trials as long as the chief has any: what a worker does.

        Args:
            run_trial: Trains one and returns how it ended.

        Raises:
            SweepError: If no chief answers.
            BaseException: What a trial raised; the chief is told.
        """
        with grpc.insecure_channel(self._address) as channel:
            stub = protos.get_service_grpc().OracleStub(channel)
            while (trial := self._ask(stub)).status != _STATUS.STOPPED:
                if trial.status == _STATUS.IDLE:
                    time.sleep(_LOOK_SECONDS)
                    continue
                plan = TrialPlan(**json.loads(trial.hyperparameters.get(_CONTENT)))
                with _pinging(stub, trial.trial_id):
                    self._report(stub, trial.trial_id, run_trial, plan)

    def _report(
        self,
        stub: Any,
        trial_id: str,
        run_trial: Callable[[TrialPlan], TrialOutcome],
        plan: TrialPlan,
    ) -> None:
        """Run a trial and tell the chief how it ended."""
        try:
            outcome = run_trial(plan)
        except TakenOver:
            return  # The chief thought that this worker was gone.
        except KeyboardInterrupt:
            raise  # This worker is to end, not the search.
        except BaseException as error:
            told = TrialOutcome(status=_RAISED, reason=self._why_it_ends(error))
            self._send_end(stub, trial_id, told)
            raise
        self._send_end(stub, trial_id, outcome)

    def _why_it_ends(self, error: BaseException) -> str:
        """Return why the search ends by what a trial raised here."""
        if isinstance(error, ScalingError):
            return str(error)
        return f"Worker {self._id} ended the search by {type(error).__name__}: {error}"

    def _send_end(self, stub: Any, trial_id: str, outcome: TrialOutcome) -> None:
        """Tell the chief how a trial ended. One that is away will know it from the events."""
        message = _trial(trial_id, _STATUS.COMPLETED, dataclasses.asdict(outcome))
        with contextlib.suppress(grpc.RpcError):
            stub.EndTrial(
                protos.get_service().EndTrialRequest(trial=message.to_proto()),
                timeout=self._silence_seconds,
            )

    def _ask(self, stub: Any) -> keras_tuner_trial.Trial:
        """Return what the chief has for this worker."""
        request = protos.get_service().CreateTrialRequest(tuner_id=self._member)
        end = time.monotonic() + self._absence_seconds
        while True:
            try:
                answer = stub.CreateTrial(request, timeout=max(1.0, self._silence_seconds))
                return keras_tuner_trial.Trial.from_proto(answer.trial)
            except grpc.RpcError as error:
                if time.monotonic() > end:
                    raise SweepError(
                        f"A worker needs a chief. Received: no answer from {self._address} for "
                        f"{self._absence_seconds:g} s ({error.code().name}). Start the chief "
                        f"again, then this worker."
                    ) from None
            time.sleep(_LOOK_SECONDS)

    def _listen(self, server: grpc.Server) -> None:
        """Take the chief's address."""
        try:
            port = server.add_insecure_port(self._address)
        except RuntimeError:
            port = 0
        if not port:
            raise SweepError(
                f"A chief needs an address of its own. Received: {self._address}, which is taken "
                f"or isn't this machine's. Choose another KERASTUNER_ORACLE_PORT."
            )


@dataclasses.dataclass(kw_only=True)
class _Request:
    """What a worker wants, and where the answer goes."""

    kind: str
    content: Any
    answer: futures.Future[Any] = dataclasses.field(default_factory=futures.Future)


@dataclasses.dataclass(kw_only=True)
class _UnderWay:
    """A trial that was handed out.

    Attributes:
        plan: The trial.
        worker: What the worker calls itself that has it.
        heard: When that was last heard of.
    """

    plan: TrialPlan
    worker: str
    heard: float

    @property
    def name(self) -> str:
        """The worker's name, which others may have too."""
        return _name(self.worker)


class _Desk:
    """Where trials are handed out and taken back; used by the chief's own thread only.

    Attributes:
        is_over: Whether no trials are left, or no more are handed out.
        mistake: What ends the search, as a mistake in the set-up. Workers are then told to stop,
            once the trials that they are at have ended; None if nothing does.
    """

    def __init__(self, trials: Retries) -> None:
        self._trials = trials
        self._under_way: dict[str, _UnderWay] = {}
        self._heard: dict[str, float] = {"": time.monotonic()}
        self._handed_out = 0
        # Where there is nothing to train, no worker need come to find that out.
        self._first = trials.next_trial()
        self.is_over = self._first is None
        self.mistake: SweepError | None = None

    def answer(self, request: _Request) -> Any:
        """Return the answer to a worker."""
        if request.kind == "create":
            return self._create(request.content)
        if request.kind == "ping":
            known = self._under_way.get(request.content)
            if known is not None:
                known.heard = self._heard[known.worker] = time.monotonic()
            return _trial(request.content, _STATUS.RUNNING, {})
        trial = keras_tuner_trial.Trial.from_proto(request.content)
        known = self._under_way.pop(trial.trial_id, None)
        if known is not None:  # Else it was taken from that worker.
            outcome = TrialOutcome(**json.loads(trial.hyperparameters.get(_CONTENT)))
            if outcome.status == _RAISED:
                self._heard.pop(known.worker, None)  # It ends by that error.
                raise SweepError(outcome.reason)
            self._trials.finish(known.plan, outcome)
        return None

    def has_workers(self, seconds: float) -> bool:
        """Return whether a worker that hasn't been told to stop was heard of so lately."""
        now = time.monotonic()
        return any(now - heard < seconds for heard in self._heard.values())

    def free_silent(self, silence_seconds: float, stall_seconds: float | None) -> None:
        """Take the trials back from workers that are gone or hang."""
        now = time.monotonic()
        for key, known in list(self._under_way.items()):
            silent = self._trials.silent_seconds(known.plan)
            if now - known.heard > silence_seconds:
                self._lose(key, f"worker {known.name} was not heard of for {silence_seconds:g} s")
            elif stall_seconds is not None and silent is not None and silent > stall_seconds:
                self._lose(key, f"worker {known.name} made no step for {stall_seconds:g} s")

    def _create(self, worker: str) -> keras_tuner_trial.Trial:
        """Return the next trial for a worker, or that it should wait, or stop."""
        self._heard.pop("", None)
        self._heard[worker] = time.monotonic()
        gone = self._forget_earlier(worker)
        for key, known in list(self._under_way.items()):
            if known.worker == worker or known.worker in gone:
                self._lose(key, f"worker {known.name} was started again")
        if self.mistake is None:
            plan, self._first = self._first or self._trials.next_trial(), None
            if plan is not None:
                self._handed_out += 1
                key = f"{self._handed_out}"
                self._under_way[key] = _UnderWay(plan=plan, worker=worker, heard=time.monotonic())
                return _trial(key, _STATUS.RUNNING, dataclasses.asdict(plan))
            if self._under_way:
                return _trial("", _STATUS.IDLE, {})
        self.is_over = True
        del self._heard[worker]
        return _trial("", _STATUS.STOPPED, {})

    def _forget_earlier(self, worker: str) -> list[str]:
        """Forget the workers of the same name that are gone, and return them: it is come back."""
        end = time.monotonic() - _RESTART_SECONDS
        gone = [
            other
            for other, heard in self._heard.items()
            if _name(other) == _name(worker) and heard < end
        ]
        for other in gone:
            del self._heard[other]
        return gone

    def end(self, mistake: SweepError) -> None:
        """Hand out no more trials."""
        self.mistake = self.mistake or mistake
        self.is_over = True

    def _lose(self, key: str, why: str) -> None:
        """Take a trial back."""
        self._trials.lost(self._under_way.pop(key).plan, why)


def _name(worker: str) -> str:
    """Return the name in what a worker calls itself."""
    return worker.rpartition(_NAME_END)[0]


def _serve(desk: _Desk, request: _Request) -> None:
    """Answer a request; one that tells of what ends the search is the last that counts."""
    answer = None
    try:
        answer = desk.answer(request)
    except SweepError as mistake:
        desk.end(mistake)
    request.answer.set_result(answer)


class _Servicer:
    """Passes the workers' requests on to the chief's own thread, and the answers back."""

    def __init__(self, requests: SimpleQueue[_Request]) -> None:
        self._requests = requests

    def __getattr__(self, name: str) -> Any:
        """Refuse what no worker of ours asks for."""
        return lambda request, context: context.abort(grpc.StatusCode.UNIMPLEMENTED, name)

    def CreateTrial(self, request: Any, context: Any) -> Any:
        """Hand out a trial."""
        trial = self._pass_on("create", request.tuner_id)
        return protos.get_service().CreateTrialResponse(trial=trial.to_proto())

    def EndTrial(self, request: Any, context: Any) -> Any:
        """Take a trial back."""
        self._pass_on("end", request.trial)
        return protos.get_service().EndTrialResponse()

    def GetTrial(self, request: Any, context: Any) -> Any:
        """Hear of a worker that trains."""
        trial = self._pass_on("ping", request.trial_id)
        return protos.get_service().GetTrialResponse(trial=trial.to_proto())

    def _pass_on(self, kind: str, content: Any) -> Any:
        """Return the chief's answer."""
        request = _Request(kind=kind, content=content)
        self._requests.put(request)
        return request.answer.result(timeout=_ANSWER_SECONDS)


def _trial(trial_id: str, status: str, content: dict[str, Any]) -> keras_tuner_trial.Trial:
    """Return a message: KerasTuner's trial with our content as a hyperparameter."""
    hyperparameters = keras_tuner.HyperParameters()
    hyperparameters.Fixed(_CONTENT, json.dumps(content))
    return keras_tuner_trial.Trial(hyperparameters, trial_id, status)


@contextlib.contextmanager
def _pinging(stub: Any, trial_id: str) -> Iterator[None]:
    """Let the chief hear of this worker while it trains."""
    stop = threading.Event()
    request = protos.get_service().GetTrialRequest(trial_id=trial_id)

    def ping() -> None:
        while not stop.wait(_PING_SECONDS):
            with contextlib.suppress(grpc.RpcError):
                stub.GetTrial(request, timeout=_PING_SECONDS)

    thread = threading.Thread(target=ping, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
