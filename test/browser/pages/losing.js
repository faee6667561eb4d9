// Before a page's own scripts: keeps every context and device that it is given, so that they can be lost.
const ways = [];
globalThis.loseCard = () => {
  for (const lose of ways.splice(0)) lose();
};

const { getContext } = OffscreenCanvas.prototype;
OffscreenCanvas.prototype.getContext = function (...args) {
  const context = getContext.apply(this, args);
  const extension = context?.getExtension?.("WEBGL_lose_context");
  if (extension) ways.push(() => extension.loseContext());
  return context;
};

const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = async function (...args) {
  const device = await requestDevice.apply(this, args);
  ways.push(() => device.destroy());
  return device;
};
