declare module '@bokeh/bokehjs/build/js/bokeh.esm.min.js' {
  import type * as Bokeh from '@bokeh/bokehjs';
  const bokeh: typeof Bokeh;
  export default bokeh;
}
