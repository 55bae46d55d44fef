import * as React from 'react';

/** Whether an element is in or near the view; plots and images exist only there. */
export function useNear(ref: React.RefObject<HTMLElement>, margin = '400px', dwell = 120): boolean {
  const [near, setNear] = React.useState(false);
  React.useEffect(() => {
    const node = ref.current;
    if (!node) {
      return;
    }
    let timer = 0;
    const observer = new IntersectionObserver(
      entries => {
        const inside = entries[entries.length - 1].isIntersecting;
        window.clearTimeout(timer);
        // whoever scrolls past fast starts nothing
        timer = window.setTimeout(() => setNear(inside), inside ? dwell : 500);
      },
      { root: node.closest('.jp-nightdesk-scroll'), rootMargin: margin }
    );
    observer.observe(node);
    return () => {
      window.clearTimeout(timer);
      observer.disconnect();
    };
  }, [ref, margin, dwell]);
  return near;
}
