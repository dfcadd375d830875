"""Small trainings in NumPy at a constant learning rate, for what their curves look like."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np

TASKS = ("linear", "teacher", "waves", "classes")
"""What is learnt."""

OTHER_TASKS = ("words", "code")
"""Tasks of other inputs and outputs: the forecast was made without looking at these."""

OPTIMIZERS = {"sgd": (0.003, 0.3), "momentum": (3e-4, 0.05), "adam": (1e-4, 1e-2)}
"""Learning rates, drawn evenly in log between these."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Training:
    """The curves of one training.

    Attributes:
        task: What was learnt.
        loss: Mean training loss of each epoch.
        val_loss: Held-out loss after each.
    """

    task: str
    loss: np.ndarray
    val_loss: np.ndarray


def train(seed: int, task: str) -> Training:
    """Return the curves of a training whose data, model and optimizer a seed tells."""
    rng = np.random.default_rng([seed, sum(task.encode())])
    n_train, n_held_out = int(2 ** rng.uniform(7.5, 11)), 400
    x, y, is_classes = _data(task, n_train + n_held_out, rng)
    batch_size = int(rng.choice([16, 64, 256]))
    hidden = [int(2 ** rng.uniform(3, 6))] * int(rng.integers(0 if task != "code" else 1, 3))
    weights = _weights([x.shape[1], *hidden, y.shape[1]], rng)
    step = _optimizer(str(rng.choice(list(OPTIMIZERS))), weights, rng)
    activation = str(rng.choice(["tanh", "relu"]))
    train_rows, held_out = np.arange(n_train), np.arange(n_train, n_train + n_held_out)
    loss, val_loss = [], []
    for _ in range(int(rng.integers(40, 151))):
        rng.shuffle(train_rows)
        losses = []
        for first in range(0, n_train, batch_size):
            rows = train_rows[first : first + batch_size]
            value, gradient = _loss(weights, x[rows], y[rows], is_classes, activation)
            losses.append(value)
            step(gradient)
        loss.append(np.mean(losses))
        value, _ = _loss(weights, x[held_out], y[held_out], is_classes, activation)
        val_loss.append(value)
    return Training(task=task, loss=np.array(loss), val_loss=np.array(val_loss))


def _data(task, n, rng):
    """Return inputs, targets and whether these are classes."""
    width = int(rng.integers(4, 25))
    if task == "words":  # The next word from the last two, of a language of few words.
        n_words = int(rng.integers(5, 12))
        chain = rng.gamma(rng.choice([0.1, 0.3, 1.0]), size=(n_words, n_words, n_words)) + 1e-9
        first, second = rng.integers(n_words, size=(2, n))
        chances = np.cumsum(chain[first, second], axis=1)
        third = (rng.uniform(size=(n, 1)) * chances[:, -1:] > chances).sum(axis=1)
        one = np.eye(n_words)
        return np.concatenate([one[first], one[second]], axis=1), one[third], True
    x = rng.normal(size=(n, width)) * np.geomspace(1, rng.choice([1.0, 0.3, 0.1]), width)
    if task == "code":  # Inputs of few sources, to be told from themselves.
        sources = rng.normal(size=(int(rng.integers(2, 6)), width)) / np.sqrt(width)
        sources *= np.geomspace(1, rng.choice([1.0, 0.3]), len(sources))[:, None] * 2
        x = rng.normal(size=(n, len(sources))) @ sources
        x += rng.choice([0, 0.1]) * rng.normal(size=x.shape)
        return x, x, False
    noise = rng.choice([0.0, 0.1, 0.5]) * rng.normal(size=(n, 1))
    if task == "linear":
        return x, x @ rng.normal(size=(width, 1)) / np.sqrt(width) + noise, False
    if task == "waves":
        directions = rng.normal(size=(width, 3)) * rng.uniform(0.3, 2) / np.sqrt(width)
        return x, np.sin(2 * x @ directions).sum(axis=1, keepdims=True) / 1.5 + noise, False
    teacher = _weights([width, 6, 1 if task == "teacher" else 4], rng)
    teacher[1] = rng.normal(size=6)
    outputs = 2 * _outputs(teacher, x, "tanh")[-1]
    if task == "teacher":
        return x, outputs / outputs.std() + noise, False
    scores = 3 * outputs + 2 * noise * rng.gumbel(size=outputs.shape)
    return x, np.eye(4)[scores.argmax(axis=1)], True


def _weights(widths, rng):
    """Return kernels and biases, by turns."""
    pairs = itertools.pairwise(widths)
    return [w for i, o in pairs for w in (rng.normal(size=(i, o)) / np.sqrt(i), np.zeros(o))]


def _outputs(weights, x, activation):
    """Return the values of each layer, the inputs first."""
    values = [x]
    for index in range(0, len(weights), 2):
        out = values[-1] @ weights[index] + weights[index + 1]
        if index < len(weights) - 2:
            out = np.tanh(out) if activation == "tanh" else np.maximum(out, 0.0)
        values.append(out)
    return values


def _loss(weights, x, y, is_classes, activation):
    """Return mean loss (cross-entropy or squared error) and its gradient."""
    values = _outputs(weights, x, activation)
    out = values[-1]
    if is_classes:
        out = out - out.max(axis=1, keepdims=True)
        log_share = out - np.log(np.exp(out).sum(axis=1, keepdims=True))
        value, back = -(y * log_share).sum() / len(x), (np.exp(log_share) - y) / len(x)
    else:
        value, back = ((out - y) ** 2).mean(), 2 * (out - y) / y.size
    gradient = []
    for index in range(len(weights) - 2, -1, -2):
        before = values[index // 2]
        gradient = [before.T @ back, back.sum(axis=0), *gradient]
        back = back @ weights[index].T
        back = back * (1 - before**2 if activation == "tanh" else before > 0)
    return float(value), gradient


def _optimizer(name, weights, rng):
    """Return a function that takes a gradient and changes the weights in place."""
    rate = float(np.exp(rng.uniform(*np.log(OPTIMIZERS[name]))))
    first, second = ([np.zeros_like(w) for w in weights] for _ in range(2))
    count = 0

    def step(gradient):
        nonlocal count
        count += 1
        for w, g, m, v in zip(weights, gradient, first, second, strict=True):
            if name == "adam":
                m += 0.1 * (g - m)
                v += 0.001 * (g**2 - v)
                w -= rate * (m / (1 - 0.9**count)) / (np.sqrt(v / (1 - 0.999**count)) + 1e-7)
            else:
                m *= 0.9 if name == "momentum" else 0.0
                m += g
                w -= rate * m

    return step
