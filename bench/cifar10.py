"""The recipe of `align-uniform train cifar10` in PyTorch and torchvision: two views of each picture, convEncoder of 64, 128
and 256 channels in one joined pass, SGD whose rate falls late; then the linear probe of fc7, of the trained and of the
untrained encoder. Prints a line for each epoch on stderr and a line of JSON.

Usage: cifar10.py FOLDER [--epochs N] [--seed N] [--threads N]
"""

import argparse
import json
import pathlib
import sys
import time

import torch
import torch.nn.functional as F
import torchvision.transforms as T
from PIL import Image
from torch import nn

BATCH = 256
MEAN, STD = (0.4914, 0.4822, 0.4465), (0.247, 0.2435, 0.2616)

normalize = T.Compose([T.ToTensor(), T.Normalize(MEAN, STD)])
view = T.Compose(
    [
        T.RandomResizedCrop(32, scale=(0.2, 1)),
        T.RandomHorizontalFlip(),
        T.ColorJitter(0.4, 0.4, 0.4, 0.1),
        T.RandomGrayscale(0.2),
        normalize,
    ]
)


def read(*files):
    """Pictures and labels of CIFAR-10's binary version."""
    records = torch.cat([torch.frombuffer(bytearray(f.read_bytes()), dtype=torch.uint8).reshape(-1, 3073) for f in files])
    pixels = records[:, 1:].reshape(-1, 3, 32, 32).permute(0, 2, 3, 1).contiguous().numpy()
    return [Image.fromarray(p) for p in pixels], records[:, 0].long()


def block(inputs, outputs):
    conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2))


def conv_encoder():
    hidden = nn.Linear(256 * 4 * 4, 512, bias=False)
    fc7 = nn.Sequential(nn.Flatten(), hidden, nn.BatchNorm1d(512), nn.ReLU())
    return nn.Sequential(block(3, 64), block(64, 128), block(128, 256), fc7, nn.Linear(512, 128))


def uniform(x, t=2):
    return torch.pdist(x).pow(2).mul(-t).exp().mean().log()


def features(encoder, images):
    """Of the hidden layer, [n, 512]."""
    encoder.eval()
    with torch.no_grad():
        parts = [encoder[:4](torch.stack([normalize(p) for p in images[i : i + 500]])) for i in range(0, len(images), 500)]
    encoder.train()
    return torch.cat(parts)


def probe(train, labels, test, answers):
    """Share of the test rows that a linear layer names rightly, learnt as `align-uniform train` does it."""
    layer = nn.Linear(train.shape[1], 10)
    optimizer = torch.optim.Adam(layer.parameters(), lr=1e-3)
    for _ in range(max(10, -(-300 // -(-len(train) // BATCH)))):
        for batch in torch.randperm(len(train)).split(BATCH):
            optimizer.zero_grad()
            F.cross_entropy(layer(train[batch]), labels[batch]).backward()
            optimizer.step()
    return (layer(test).argmax(1) == answers).float().mean().item()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)

    images, labels = read(*sorted(options.folder.glob("data_batch_*.bin")))
    asked, answers = read(options.folder / "test_batch.bin")
    encoder = conv_encoder()
    judged = lambda: probe(features(encoder, images), labels, features(encoder, asked), answers)
    untrained = judged()
    optimizer = torch.optim.SGD(encoder.parameters(), lr=0.12 * BATCH / 256, momentum=0.9, weight_decay=1e-4)
    milestones = [int(options.epochs * share + 0.5) for share in (0.775, 0.85, 0.925)]
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones, gamma=0.1)
    start = time.perf_counter()
    for epoch in range(options.epochs):
        losses = []
        for batch in torch.randperm(len(images))[: len(images) // BATCH * BATCH].split(BATCH):
            pictures = [images[i] for i in batch]
            both = torch.stack([view(p) for p in pictures] + [view(p) for p in pictures])
            x, y = F.normalize(encoder(both)).chunk(2)
            align, spread = (x - y).norm(dim=1).pow(2).mean(), (uniform(x) + uniform(y)) / 2
            optimizer.zero_grad()
            (align + spread).backward()
            optimizer.step()
            losses.append((align.item(), spread.item()))
        schedule.step()
        align, spread = torch.tensor(losses).mean(dim=0).tolist()
        seconds = time.perf_counter() - start
        print(f"epoch {epoch + 1}  align {align:.3f}  uniform {spread:.3f}  {seconds:.0f} s", file=sys.stderr, flush=True)
    seconds = time.perf_counter() - start
    result = {"version": torch.__version__, "seed": options.seed, "epochs": options.epochs, "seconds": seconds}
    print(json.dumps({**result, "untrained": untrained, "trained": judged(), "align": align, "uniform": spread}))


if __name__ == "__main__":
    main()
