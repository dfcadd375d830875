def test_the_version_is_that_of_the_runs_and_of_the_fit(get, logdir):
    logdir.add_grid()
    version = get("version").body["version"]
    assert get("runs").body["version"] == version
    assert get("fit").body["version"] == version


def test_a_new_point_is_a_new_version(get, logdir):
    logdir.add_run("run", status=None)
    before = get("version").body
    logdir.add_point("run", "scaling/loss", 7_000_000, 2.0)
    assert get("version").body != before


def test_asking_for_the_version_decodes_and_reads_nothing(get, logdir):
    logdir.add_run("run", status=None)
    logdir.add_payload("run", "scaling/run/1", b"not JSON")
    assert get("version").status == 200
    assert not logdir.provider.read_last_scalars.called
