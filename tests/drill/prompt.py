"""The prompt of a drill: one line after the other, typed or from a file, and one fault after the other."""

from __future__ import annotations

import shlex
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress

from anyio.from_thread import BlockingPortal
from filrouge.monitoring.faults import FAULTS
from filrouge.stack import StackFailed
from filrouge.stack.waiting import wait_until

from tests.drill.breaking import BREAKS, LASTING
from tests.drill.desk import Desk, Misunderstood
from tests.drill.hands import Hands
from tests.drill.pager import fired
from tests.drill.site import Site

CALM_SECONDS, CALLED_SECONDS = 40.0, 60.0
QUIET_SECONDS = 8
LONG_AFTER = "BudgetBurning"
"""Of these alerts the tickets go on for an hour."""
HELP = """\
alerts                    which have fired since it broke, after how long, and their runbooks
wait                      until another alert fires, or one is over
panels BOARD [WORDS]      what panels answer now: plan, flow, service, partners, audit, infrastructure
runbook NAME              a page of docs/runbooks
filrouge … | tail … | grep …   as runbooks write it for one machine
processes                 which run: in a cluster, `kubectl get pods`
restart NAME              `kubectl rollout restart`, or the work of its operator: also clock, kafka, postgres
rollback SERVICE          `helm rollback`: the release that it ran before
platform                  `helm upgrade platform`: topics get their settings back
processor NAME            as much of it as it can use
call NAME                 whoever answers for a partner, or for the witness
reveal                    what was broken
next                      mend what is left, wait until all is calm, and break something else
end                       end everything that was started"""
Command = Callable[..., str]


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def typed() -> Iterator[str]:
    """With line editing for a person, and an echo for whoever reads what a script was answered."""
    if sys.stdin.isatty():
        import readline  # noqa: F401 - to be there is all that it has to do

        while True:
            try:
                yield input("drill> ")
            except EOFError:
                return
    for line in sys.stdin:
        say(f"drill> {line.rstrip()}")
        yield line


@contextmanager
def uninterrupted() -> Iterator[None]:
    """What is half broken cannot be mended: an interruption waits."""
    came: list[int] = []

    def note(number: int, _: object) -> None:
        came.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if came:
        raise KeyboardInterrupt


class Prompt:
    """Breaks `names` in their order, each when whoever is on call asks for it."""

    def __init__(self, site: Site, portal: BlockingPortal, names: Iterable[str]) -> None:
        self._site, self._portal, self._names = site, portal, list(names)

    def run(self, lines: Iterator[str]) -> None:
        """Whatever is broken is mended at its end, also when somebody interrupts."""
        go_on = True
        while go_on and self._names:
            name = self._names.pop(0)
            with ExitStack() as broken:
                broken.callback(self._start_what_has_ended)
                try:
                    self._calm()
                    go_on = self._play(name, broken, lines)
                except KeyboardInterrupt:
                    go_on = False
            if go_on and name in LASTING:
                say("What it has done stays in the stream for ever: begin another drill.")
                go_on = False
        say("Everything that was started ends now.")

    def _play(self, name: str, broken: ExitStack, lines: Iterator[str]) -> bool:
        """Whether something else is to be broken."""
        say("Something breaks now.")
        with uninterrupted():
            breaking = self._portal.wrap_async_context_manager(BREAKS[name](self._site))
            broken.enter_context(breaking)
        since = time.time()
        self._called(since)
        return self._on_call(name, since, lines)

    def _on_call(self, name: str, since: float, lines: Iterator[str]) -> bool:
        desk, hands = Desk(self._site, since), Hands(self._site, name)
        for line in lines:
            match _words(line):
                case []:
                    continue
                case ["end"]:
                    return False
                case ["next"]:
                    return True
                case ["help"]:
                    say(HELP)
                case ["reveal"]:
                    say(f"{name}: {FAULTS[name].happened}")
                case ["filrouge" | "tail" | "grep", *_] as argv:
                    say(desk.run(argv))
                case [word, *rest]:
                    say(_answer(desk, hands, word, rest))
        return False

    def _calm(self) -> None:
        """What was there before is no news: as much as possible of it shall be over."""
        prometheus = self._site.there.prometheus

        def all_is_quiet() -> bool:
            lately = fired(prometheus, time.time() - QUIET_SECONDS)
            return all(one.name.endswith(LONG_AFTER) for one in lately)

        with suppress(StackFailed):
            wait_until(all_is_quiet, CALM_SECONDS, StackFailed)
        names = sorted({one.name for one in fired(prometheus, time.time())})
        if names:
            say(f"These fire from before, and are no news: {', '.join(names)}")

    def _called(self, since: float) -> None:
        prometheus = self._site.there.prometheus

        def somebody_is_called() -> bool:
            return any(not one.before for one in fired(prometheus, since))

        try:
            wait_until(somebody_is_called, CALLED_SECONDS, StackFailed)
        except StackFailed:
            say("No alert has called anybody.")
        say(f"You are on call.\n{Desk(self._site, since).alerts()}")

    def _start_what_has_ended(self) -> None:
        for process in self._site.handled.values():
            if not process.child.running:
                process.stop()
                process.start()


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError:  # a quotation mark without its other one
        return line.split()


def _answer(desk: Desk, hands: Hands, word: str, rest: list[str]) -> str:
    there_are: dict[str, Command] = {
        one.__name__: one
        for one in (
            *(desk.alerts, desk.wait, desk.panels, desk.runbook, desk.processes),
            *(hands.restart, hands.rollback, hands.platform, hands.processor, hands.call),
        )
    }
    if word not in there_are:
        return f"there is no `{word}`: see `help`"
    try:
        return there_are[word](*rest)
    except (Misunderstood, StackFailed) as problem:
        return str(problem)
