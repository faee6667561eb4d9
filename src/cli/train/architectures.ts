/** Encoders by the names that `--arch` takes. */
export const architectures = ["conv", "small-alexnet", "resnet18", "resnet34", "resnet50"] as const;
export type Architecture = (typeof architectures)[number];

/** What the layer before an encoder's last one is called: the field `fc7` of results. */
export function hiddenLayerOf(arch: Architecture): string {
  return arch.startsWith("resnet") ? "pooled" : "fc7";
}
