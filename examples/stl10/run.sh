#!/usr/bin/env bash
# The paper's STL-10 experiment from data to number: train without labels, then the linear evaluation and 5-NN.
#   examples/stl10/run.sh DATA [flags of train]
# DATA holds the files of stl10_binary.tar.gz; OUT in the environment says where the run goes, PROBE has flags of probe.
set -euo pipefail
cd "$(dirname "$0")/../.."
data=$(realpath "${1:?which folder holds train_X.bin?}")
out=${OUT:-runs/stl10}
read -ra probe <<<"${PROBE:-}"
npx align-uniform train stl10 --data "$data" --out "$out" --resume "${@:2}"
npx align-uniform probe "$out" --data "$data" ${probe[@]+"${probe[@]}"}
npx align-uniform probe "$out" --data "$data" --untrained ${probe[@]+"${probe[@]}"}
