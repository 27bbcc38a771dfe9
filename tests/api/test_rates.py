"""How often somebody may knock."""

from api.runtime.serving.rates import BURST, Rates


class Time:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_then_a_steady_rate() -> None:
    """Ten seconds' worth at once; then one by one, as often as the rate says; and whoever waits as
    long as they are told gets in."""
    time = Time()
    rates = Rates(4, monotonic=time)
    assert [rates.wait("a") for _ in range(4 * BURST)] == [0.0] * 4 * BURST
    wait = rates.wait("a")
    assert 0 < wait <= 1 / 4
    assert rates.wait("a") == wait
    time.now += wait
    assert rates.wait("a") == 0
    assert rates.wait("a") > 0
    time.now += 1000
    assert [rates.wait("a") for _ in range(4 * BURST + 1)].count(0.0) == 4 * BURST


def test_each_has_a_rate_of_their_own() -> None:
    """Whoever knocks too often hinders nobody else."""
    rates = Rates(1, monotonic=Time())
    while not rates.wait("a"):
        pass
    assert rates.wait("b") == 0


def test_what_is_remembered_is_bounded() -> None:
    """However many come, the one who came last is still counted."""
    rates = Rates(1, monotonic=Time())
    for number in range(30_000):
        assert rates.wait(number) == 0
    assert len(rates._full_at) == 20_000  # noqa: SLF001 - what is held in memory
    assert [rates.wait(29_999) for _ in range(BURST)][-1] > 0


def test_without_a_rate_nobody_waits() -> None:
    """Zero is no limit."""
    rates = Rates(0, monotonic=Time())
    assert {rates.wait("a") for _ in range(1000)} == {0.0}
