import * as au from "/work/wt-cached/src/index.ts";
const device = au.reference("float64");
const make = () => { const g = au.generator(1); return au.mlpEncoder({sizes:[5,7,3], generator: g, device}); };
const a = make(), b = make();
const oa = new au.Adam(a.parameters()), ob = new au.Adam(b.parameters());
const plain = au.trainStep(oa, (x: au.Tensor, y: au.Tensor) => { const [p,q] = a.forward(au.concat([x,y])).chunk(2); return au.alignUniformLoss(p,q); });
const cached = au.cachedTrainStep(ob, { encode: ([x, y]: readonly [au.Tensor, au.Tensor]) => b.forward(au.concat([x,y])).chunk(2), loss: (x, y) => au.alignUniformLoss(x, y), modules: [b] });
const g = au.generator(2);
for (let i=0;i<3;i++) { const [x,y]=[g.normal([11,5],{device}), g.normal([11,5],{device})];
 const r = await plain(x,y); const s = await cached(au.inChunks(4, x, y));
 console.log(r.loss.itemSync()-s.loss.itemSync(), Object.keys(s)); 
 for (const [i,p] of a.parameters().entries()) console.log(p.sub(b.parameters()[i]).abs().max().itemSync()); }
