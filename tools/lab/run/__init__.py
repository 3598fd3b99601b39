# SPDX-License-Identifier: GPL-2.0
"""Runs the lab: two virtual machines and the emulated controller between them.

lab.py puts together what the other files are each about: machine.py a virtual
machine (qemu.py its command line, agent.py commands in the guest), model.py the
emulated controller (control.py its control socket), process.py any process; setup.py
says what can differ from run to run.
ktap.py reads test reports, logscan.py logs, artifacts.py says what was built.
"""

from .artifacts import Artifacts, Kernels
from .errors import LabError
from .lab import Lab
from .setup import Setup

__all__ = ["Artifacts", "Kernels", "Lab", "LabError", "Setup"]
