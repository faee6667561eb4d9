/** The ten classes of STL-10, by label. */
export const stl10Classes: readonly string[] = "airplane bird car cat deer dog horse monkey ship truck".split(" ");
