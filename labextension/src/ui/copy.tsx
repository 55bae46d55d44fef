import { Clipboard } from '@jupyterlab/apputils';
import * as React from 'react';

import { useDesk } from './context';
import { copyIcon } from './icons';

/** A text that one click copies. */
export function Copyable({ text, name }: { text: string; name: string }): JSX.Element {
  const { trans } = useDesk();
  const [copied, setCopied] = React.useState(false);
  React.useEffect(() => {
    if (copied) {
      const timer = window.setTimeout(() => setCopied(false), 1500);
      return () => window.clearTimeout(timer);
    }
    return undefined;
  }, [copied]);
  return (
    <button
      type="button"
      className="jp-nightdesk-Copyable"
      title={trans.__('Copy %1', name)}
      onClick={() => {
        Clipboard.copyToSystem(text);
        setCopied(true);
      }}
    >
      <span className="jp-nightdesk-Copyable-text">{text}</span>
      {copied ? (
        <span className="jp-nightdesk-Copyable-done" role="status">
          {trans.__('copied')}
        </span>
      ) : (
        <copyIcon.react tag="span" className="jp-nightdesk-Button-icon" />
      )}
    </button>
  );
}
