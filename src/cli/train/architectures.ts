/** Encoders by the names that `--arch` takes. */
export const architectures = ["conv", "small-alexnet", "resnet18", "resnet34", "resnet50"] as const;
export type Architecture = (typeof architectures)[number];
