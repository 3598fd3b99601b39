# SPDX-License-Identifier: GPL-2.0
"""A host that loses its power in the middle of a transfer, and comes back.

./lab run tools/lab/examples/interrupted_transfer.py
"""

from run import dma
from run.scenario import boot

XFER = "/tests/pci_ep_dma_xfer"

with boot("rcar-s4") as lab:
    bdf = dma.bring_up(lab)
    print(f"the host has bound {bdf}")

    lab.host.do(f"{XFER} -d {bdf} -f -s 1048576 -q 32 -n 100000 > /dev/null 2>&1 &")
    lab.host.do("sleep 0.5")
    lab.stop_host()
    print(f"cut after {lab.ctl.counters()['dma.mem.write'].bytes} bytes")

    lab.start_host()
    bdf = dma.find(lab.host)
    dma.bind(lab.host, bdf)
    moved = dma.transfer(lab.host, f"{XFER} -d {bdf} -t -s 4096 -n 8 -V")
    print(f"{moved.bytes} bytes moved by the next host, verified: {moved.verified}")
