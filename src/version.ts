/** This package's version, as in package.json. */
export const version: string = "0.1.0"; // written out: a bundle has no package.json to read it from
