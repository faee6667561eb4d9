/** Of the axes of small panels; letters of 11 pixels. */
export const panelStyle = {
  background: "transparent",
  color: "inherit",
  fontSize: "11px",
  overflow: "visible",
} as const;
