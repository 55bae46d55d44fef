import * as React from 'react';

import { useDesk, useLink } from './context';

/** Live, or on the way to it. */
export function Connection(): JSX.Element {
  const { trans } = useDesk();
  const state = useLink();
  const label = {
    connecting: trans.__('connecting'),
    live: trans.__('live'),
    reconnecting: trans.__('reconnecting')
  }[state];
  const title = {
    connecting: trans.__('Opening the live connection to the marshal'),
    live: trans.__('New candidates and comments appear by themselves'),
    reconnecting: trans.__('The live connection broke; it is tried again by itself, and what was missed is fetched')
  }[state];
  return (
    <span className={`jp-nightdesk-Connection jp-mod-${state}`} role="status" title={title} data-state={state}>
      <span className="jp-nightdesk-Connection-dot" aria-hidden="true" />
      {label}
    </span>
  );
}
