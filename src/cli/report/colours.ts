/** Ten colours told apart on light and dark ground alike (Tableau 10, its grey made lighter). */
export const categories: readonly string[] = [
  "#4e79a7",
  "#f28e2c",
  "#e15759",
  "#76b7b2",
  "#59a14f",
  "#d4b13c",
  "#af7aa1",
  "#ff9da7",
  "#9c755f",
  "#a5a5a5",
];

/** What a colour stands for wherever it is no category. */
export const colours = {
  any: "#4e79a7",
  positive: "#e15759",
  other: "#76b7b2",
  measured: "#f28e2c",
  rest: "#a5a5a5",
} as const;
