#!/usr/bin/env bash
# The paper's ImageNet-100 experiment from data to number: a subset of the classes, training with a momentum encoder and a
# queue, then linear classification on the pooled features.
#   examples/imagenet/run.sh IMAGENET CLASSES [flags of train]
# IMAGENET holds train/ and val/ with a folder for each class, CLASSES has the names of the wanted ones, one a line. OUT in
# the environment says where the run goes, PROBE has flags of probe.
set -euo pipefail
cd "$(dirname "$0")/../.."
full=$(realpath "${1:?which folder holds train/ and val/?}")
classes=$(realpath "${2:?which file lists the classes?}")
out=${OUT:-runs/imagenet}
subset=$out-pictures
read -ra probe <<<"${PROBE:---optimizer sgd --lr 10 --epochs 60 --batch-size 256 --lr-decay-epochs 30,40,50 --lr-decay-rate 0.2}"
if [ ! -e "$subset" ]; then node scripts/imagenet-subset.mjs "$full" "$classes" "$subset"; fi
npx align-uniform train imagenet --data "$subset" --out "$out" --resume "${@:3}"
npx align-uniform probe "$out" --data "$subset" ${probe[@]+"${probe[@]}"}
