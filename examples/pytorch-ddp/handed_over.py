"""A checkpoint of `align-uniform train` as PyTorch's objects, and back. Slots, names and their order are PyTorch's already."""

import json
import os
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "scripts"))

import torch

from encoders_torch import ConvEncoder, SmallAlexNet
from safetensors_torch import read_safetensors, write_safetensors

CHECKPOINT = "checkpoint.safetensors"


def encoder_of(task, config):
    """The encoder that src/cli/train/encoders.ts makes."""
    channels, side = (1, 28) if task == "mnist" else (3, config["imageSize"])
    common = {"inChannels": channels, "imageSize": side, "featDim": config["featDim"]}
    if config["arch"] == "conv":
        return ConvEncoder(channels=config["channels"], hidden=config["hidden"], **common)
    if config["arch"] == "small-alexnet":
        return SmallAlexNet(**common)
    raise ValueError(f"its encoder is {config['arch']}, and this example has conv and small-alexnet: add yours to encoder_of")


class HandedOver:
    """A run as it stood after `step` steps: `model`, `optimizer`, and `schedule`, which is stepped once a pass."""

    def __init__(self, path):
        """`path` is a run folder or a file. Raises ValueError or OSError, naming it, for what cannot go on here."""
        path = pathlib.Path(path)
        self.path = path / CHECKPOINT if path.is_dir() else path
        tensors, texts = read_safetensors(self.path)
        try:
            self.metadata = {key: json.loads(text) for key, text in texts.items()}
            self._take(tensors)
        except KeyError as error:
            raise ValueError(f"{self.path} is no checkpoint of align-uniform train: in its metadata {error} is missing")
        except (ValueError, RuntimeError) as error:
            raise ValueError(f"{self.path}: {error}")

    def _take(self, tensors):
        task, self.config, self.step = (self.metadata[key] for key in ("task", "config", "step"))
        if "alignWeight" not in self.config or task in ("imagenet", "text"):
            raise ValueError(f"its task is {task}: this example trains by two views in one batch, as mnist, cifar10, stl10 and folder do")
        self.steps_per_pass = self.metadata["data"]["train"] // self.config["batchSize"]
        part = lambda name: {k[len(name) + 1 :]: v for k, v in tensors.items() if k.startswith(f"{name}.")}
        weights = part("model")
        self.dtype = next(value.dtype for value in weights.values() if value.is_floating_point())  # float64 of a float64 device
        self.model = encoder_of(task, self.config).to(self.dtype)
        self.model.load_state_dict(weights)  # strict

        rate, momentum, decay = (self.config[key] for key in ("lr", "momentum", "weightDecay"))
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=rate, momentum=momentum, weight_decay=decay)
        state = {i: {} for i in range(len(self.metadata["optimizer"]["steps"]))}
        for name, value in part("optimizer").items():
            slot, i = name.rsplit(".", 1)
            state[int(i)][slot] = value
        self.optimizer.load_state_dict({**self.optimizer.state_dict(), "state": state})

        # By whole passes: PyTorch's own way to a pass in the middle is to have stepped through those before it.
        passes, milestones, gamma = self.step // self.steps_per_pass, self.config["lrDecayEpochs"], self.config["lrDecayRate"]
        self.schedule = torch.optim.lr_scheduler.MultiStepLR(self.optimizer, milestones, gamma)
        rate *= gamma ** sum(milestone <= passes for milestone in milestones)
        self.schedule.load_state_dict({**self.schedule.state_dict(), "last_epoch": passes, "_last_lr": [rate]})
        self.optimizer.param_groups[0]["lr"] = rate

    @property
    def rate(self):
        return self.optimizer.param_groups[0]["lr"]

    def save(self, folder, step, epochs):
        """Writes what `align-uniform probe` and `train --resume` read: replaced as a whole, as it stands after `step` steps."""
        tensors = {f"model.{name}": value for name, value in self.model.state_dict().items()}
        slots = self.optimizer.state_dict()["state"]
        for i in range(len(self.metadata["optimizer"]["steps"])):
            buffer = slots.get(i, {}).get("momentum_buffer")
            if buffer is not None:
                tensors[f"optimizer.momentum_buffer.{i}"] = buffer
        steps = [step for _ in self.metadata["optimizer"]["steps"]]
        changed = {
            "config": {**self.config, "epochs": epochs}, "epoch": step // self.steps_per_pass, "step": step,
            "optimizer": {"lr": self.rate, "steps": steps},
        }
        path = pathlib.Path(folder) / CHECKPOINT
        texts = {key: json.dumps(value) for key, value in {**self.metadata, **changed}.items()}
        write_safetensors(f"{path}.new", tensors, texts)
        os.replace(f"{path}.new", path)
