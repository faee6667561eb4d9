// Makes parquet.json: files as Arrow's Rust writer makes them, which is what Hugging Face, Polars and others write too, with
// the pages of version 1 that pyarrow has; hyparquet-writer, with which the specs make others, has version 2.
//   mkdir /tmp/parquet && cd /tmp/parquet && npm i parquet-wasm@0.8.0 apache-arrow@21.2.0
//   cp .../test/formats/make_parquet.mjs . && node make_parquet.mjs > .../test/formats/parquet.json
import { readFileSync } from "node:fs";
import {
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  List,
  Table,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import * as parquet from "parquet-wasm/esm";

await parquet.default({ module_or_path: readFileSync("node_modules/parquet-wasm/esm/parquet_wasm_bg.wasm") });

const rows = Array.from({ length: 9 }, (_, i) => Array.from({ length: 4 }, (_, j) => (i - 4) / 2 + j / 8 + 0.0625));
const labels = rows.map((_, i) => ["cat", "dog", "äöü"][i % 3]);
const column = (values, type) => vectorFromArray(values, type);
const item = new Field("item", new Float32(), true);
const counted = column(
  rows.map((_, i) => i),
  new Int32(),
);
const lists = (type) => new Table({ embedding: column(rows, type), label: column(labels, new Utf8()), id: counted });

function file(table, codec) {
  const properties = new parquet.WriterPropertiesBuilder()
    .setCompression(parquet.Compression[codec])
    .setMaxRowGroupSize(4)
    .setWriterVersion(parquet.WriterVersion.V1)
    .setDictionaryEnabled(true)
    .build();
  const bytes = parquet.writeParquet(parquet.Table.fromIPCStream(tableToIPC(table, "stream")), properties);
  return Buffer.from(bytes).toString("base64");
}

const cases = ["SNAPPY", "UNCOMPRESSED", "ZSTD", "GZIP", "BROTLI", "LZ4_RAW"].map((codec) => ({
  name: `lists, ${codec}`,
  file: file(lists(new List(item)), codec),
}));
cases.push({ name: "lists of a fixed size", file: file(lists(new FixedSizeList(4, item)), "SNAPPY") });
const columns = new Table({
  a: column(
    rows.map((row) => row[0]),
    new Float64(),
  ),
  b: column(
    rows.map((row) => row[1]),
    new Float32(),
  ),
  label: column(labels, new Utf8()),
  n: counted,
});
cases.push({ name: "columns", file: file(columns, "SNAPPY") });
const body = cases.map((one) => JSON.stringify(one)).join(",\n");
console.log(`{\n"madeBy": "test/formats/make_parquet.mjs",\n"cases": [\n${body}\n]\n}`);
