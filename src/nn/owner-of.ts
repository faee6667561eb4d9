/** The object or prototype that a property of `value` is found on; null if it has none of that name. */
export function ownerOf(value: object, name: string): object | null {
  let owner: object | null = value;
  while (owner && !Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner);
  return owner;
}
