"""Windows and limits of alerts in seconds, as they are or shortened: a test cannot wait three days."""

from __future__ import annotations

from dataclasses import dataclass

MINUTE, HOUR, DAY = 60, 3600, 86_400
UNITS = ((DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (1, "s"))


@dataclass(frozen=True, slots=True)
class Scale:
    """`window_at_least`: as many scrapes have to lie in it as `rate` needs."""

    factor: float = 1.0
    window_at_least: float = 0.0

    def window(self, seconds: float) -> str:
        """What goes into square brackets."""
        return duration(max(self.window_at_least, seconds * self.factor))

    def wait(self, seconds: float) -> str:
        """What goes behind `for`."""
        return duration(seconds * self.factor)

    def limit(self, seconds: float) -> str:
        """What a number of seconds is compared with."""
        return f"{max(self.window_at_least, seconds * self.factor):g}"


def duration(seconds: float) -> str:
    """As Prometheus writes it, in the largest unit that divides it."""
    if seconds != int(seconds):
        return f"{round(seconds * 1000)}ms"
    for size, unit in UNITS:
        if seconds >= size and seconds % size == 0:
            return f"{int(seconds) // size}{unit}"
    return "0s"


AS_IT_IS = Scale()
