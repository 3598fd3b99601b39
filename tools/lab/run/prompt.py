# SPDX-License-Identifier: GPL-2.0
"""A prompt for the model's control socket: the pane of `./lab shell`.

`python3 -m run.prompt SOCKET`. Line editing, history, and Tab for the first word;
Ctrl-C gives up a command that waits, `exit` or Ctrl-D ends the prompt.
"""

import readline
import sys
from pathlib import Path

from .console import hold
from .control import Control
from .errors import LabError


class Prompt:
    def __init__(self, path: Path):
        self._path = path
        self._control = Control(path)
        self._words = [line.split()[0] for line in self._control.cmd("help")]

    def run(self) -> None:
        readline.set_completer(self._complete)
        readline.parse_and_bind("tab: complete")
        while True:
            try:
                line = input("model> ").strip()
                if line == "exit":
                    return
                if line:
                    self._play(line)
            except KeyboardInterrupt:
                # What was asked may still be answered, on the old connection
                self._reconnect()
                print()
            except EOFError:
                return

    def _play(self, line: str) -> None:
        try:
            for reply in self._control.cmd(line, timeout=None):
                print(reply)
        except LabError as error:
            print(error)
            self._reconnect()

    def _reconnect(self) -> None:
        self._control.close()
        self._control = Control(self._path)

    def _complete(self, text: str, number: int) -> str | None:
        found = [word for word in self._words if word.startswith(text)]
        first = readline.get_begidx() == 0
        return f"{found[number]} " if first and number < len(found) else None


def main() -> None:
    try:
        Prompt(Path(sys.argv[1])).run()
    except LabError as error:
        print(error)
        hold("the model has ended")


if __name__ == "__main__":
    main()
