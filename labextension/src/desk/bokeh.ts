import type * as Bokeh from '@bokeh/bokehjs';

type BokehModule = typeof Bokeh;

let loading: Promise<BokehModule> | null = null;

/** BokehJS as a chunk of its own, fetched with the first plot and kept off `window`. */
function load(): Promise<BokehModule> {
  loading ??= import('@bokeh/bokehjs/build/js/bokeh.esm.min.js').then(module => module.default);
  return loading;
}

/** Show a Bokeh JSON item in an element; the result takes it away again. */
export async function embed(item: unknown, node: HTMLElement): Promise<() => void> {
  const bokeh = await load();
  const views = await bokeh.embed.embed_item(item as Parameters<BokehModule['embed']['embed_item']>[0], node);
  return () => {
    const document = views.roots[0]?.model.document;
    views.clear();
    if (document) {
      document.clear();
      // BokehJS keeps every document it ever made
      const kept = bokeh.documents.indexOf(document);
      if (kept >= 0) {
        bokeh.documents.splice(kept, 1);
      }
    }
    node.replaceChildren();
  };
}
