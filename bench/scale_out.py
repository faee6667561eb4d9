"""What data-parallel training costs between two processes of this machine: the time of one all-reduce of an encoder's
gradient by gloo over the loopback, beside steps on one thread: by one process alone, by two that know nothing of each other, and by two under DDP. A line of JSON.

Usage: scale_out.py convEncoder|smallAlexNet PICTURES [--turns N]    (PICTURES of each process and step)
"""

import argparse
import datetime
import json
import os
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

from lanes.pytorch import conv_encoder, sgd, small_alex_net, training_step

ENCODERS = {"convEncoder": (conv_encoder, 28, 1), "smallAlexNet": (small_alex_net, 64, 3)}


def timed(works, turns):
    """Median seconds of each, which take turns, after a turn that does not count."""
    times = {name: [] for name in works}
    for _ in range(1 + turns):
        for name, work in works.items():
            dist.barrier()
            start = time.perf_counter()
            work()
            times[name].append(time.perf_counter() - start)
    return {name: sorted(each[1:])[turns // 2] for name, each in times.items()}


def measure(rank, meeting, given, answer):
    os.environ["GLOO_SOCKET_IFNAME"] = "lo"
    torch.set_num_threads(1)
    patience = datetime.timedelta(seconds=300)
    dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=2, timeout=patience)
    make, side, channels = ENCODERS[given.encoder]
    encoder = make(side)
    images = torch.rand(2 * given.pictures, channels, side, side)
    floats = sum(p.numel() for p in encoder.parameters())
    gradient = torch.rand(floats)
    optimizer, shared = sgd(encoder, given.pictures), DistributedDataParallel(encoder)
    step = lambda model: training_step(model, optimizer, images)
    result = timed(
        {
            "all_reduce": lambda: dist.all_reduce(gradient),
            "alone": lambda: step(encoder) if rank == 0 else None,  # while the other core has nothing to do
            "both": lambda: step(encoder),
            "ddp": lambda: step(shared),
        },
        given.turns,
    )
    if rank == 0:
        with open(answer, "w") as file:
            json.dump({"floats": floats, "pictures": given.pictures, **result}, file)
    dist.barrier()
    os._exit(0)  # as in examples/pytorch-ddp/go_on.py


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("encoder", choices=ENCODERS)
    parser.add_argument("pictures", type=int)
    parser.add_argument("--turns", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        answer = os.path.join(folder, "answer.json")
        torch.multiprocessing.spawn(measure, args=(os.path.join(folder, "meeting"), given, answer), nprocs=2)
        print(open(answer).read())


if __name__ == "__main__":
    main()
