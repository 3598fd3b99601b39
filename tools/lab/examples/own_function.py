# SPDX-License-Identifier: GPL-2.0
"""An endpoint function of one's own: configured, found by the host, used, removed.

./lab run --kernel DIR --config ep=ep.config --config host=host.config own_function.py

As it stands, the function is the kernel's test function and needs no kernel but
the lab's. In a copy put the name and the IDs of yours, and what its host is to do
with it.
"""

from run import configfs
from run.scenario import boot

NAME = "pci_epf_test"
VENDOR, DEVICE = "104c", "b500"
USE = "/tests/pci_endpoint_test -r pci_ep_bar.BAR0.BAR_TEST"

FUNCTION = f"{configfs.FUNCTIONS}/{NAME}/mine"
SETTINGS = [
    ("vendorid", f"0x{VENDOR}"),
    ("deviceid", f"0x{DEVICE}"),
    ("msi_interrupts", 1),
]

with boot("generic") as lab:
    lab.ep.do(f"mkdir {FUNCTION}")
    lab.ep.do_all(configfs.write(FUNCTION, SETTINGS))
    lab.ep.do_all(configfs.start(FUNCTION))

    # What the host finds, and the driver that takes it
    lab.start_host()
    print(lab.host.do(f"lspci -k -d {VENDOR}:{DEVICE}"))

    lab.ctl.reset_counters()
    print(lab.host.do(USE))
    for name, counter in lab.ctl.counters().items():
        if counter.count:
            print(f"{name}: {counter.count}, {counter.bytes} bytes")

    # Nothing may be left of it, and nobody may miss it
    lab.stop_host()
    lab.ep.do_all(configfs.stop(FUNCTION))
