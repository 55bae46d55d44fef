import * as React from 'react';

import { DeskError } from '../desk/client';
import { useDesk } from './context';

export interface INoticeProps {
  title: string;
  children?: React.ReactNode;
  actions?: React.ReactNode;
  busy?: boolean;
}

/** A state that fills a panel and says what to do. */
export function Notice({ title, children, actions, busy }: INoticeProps): JSX.Element {
  return (
    <div className="jp-nightdesk-Notice" role={busy ? 'status' : undefined} aria-busy={busy}>
      {busy && <span className="jp-nightdesk-Spinner" aria-hidden="true" />}
      <h2 className="jp-nightdesk-Notice-title">{title}</h2>
      {children && <div className="jp-nightdesk-Notice-text">{children}</div>}
      {actions && <div className="jp-nightdesk-Notice-actions">{actions}</div>}
    </div>
  );
}

/** What a person can do about an error. */
export function useAdvice(): (error: unknown) => string {
  const { trans } = useDesk();
  return React.useCallback(
    error => {
      const status = error instanceof DeskError ? error.status : -1;
      if (status === 0) {
        return trans.__('Your own server does not answer. Restart it from the hub, then reload this page.');
      }
      if (status === 403) {
        return trans.__('Your account may not do this. Ask an administrator for the role.');
      }
      if (status === 502 || status === 503 || status === 504) {
        return trans.__('If it lasts, look at “nightdesk status” and “nightdesk logs marshal” on the server.');
      }
      return '';
    },
    [trans]
  );
}
