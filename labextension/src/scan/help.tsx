import * as React from 'react';

import { Button } from '../ui/button';
import { useDesk } from '../ui/context';

/** What the keys do. */
export function Help({ onClose }: { onClose: () => void }): JSX.Element {
  const { trans } = useDesk();
  const dialog = React.useRef<HTMLDialogElement>(null);
  React.useEffect(() => {
    const node = dialog.current;
    const before = document.activeElement;
    node?.showModal();
    return () => {
      node?.close();
      if (before instanceof HTMLElement) {
        before.focus({ preventScroll: true });
      }
    };
  }, []);
  const rows: [string[], string][] = [
    [['j', '↓'], trans.__('next candidate')],
    [['k', '↑'], trans.__('previous candidate')],
    [['s'], trans.__('save')],
    [['r'], trans.__('reject')],
    [['c'], trans.__('comment; Enter sends, Esc leaves')],
    [['u'], trans.__('undo the last decision')],
    [['o', 'Enter'], trans.__('open the source page')],
    [['n'], trans.__('show new candidates')],
    [['?'], trans.__('this help')]
  ];
  return (
    <dialog ref={dialog} className="jp-nightdesk-Help" onClose={onClose} aria-label={trans.__('Keyboard help')}>
      <h2>{trans.__('Scan with the keyboard')}</h2>
      <dl>
        {rows.map(([keys, text]) => (
          <React.Fragment key={text}>
            <dt>
              {keys.map(key => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </React.Fragment>
        ))}
      </dl>
      <p>{trans.__('Change the keys in Settings, Keyboard Shortcuts, under “Nightdesk”.')}</p>
      <Button onClick={onClose}>{trans.__('Close')}</Button>
    </dialog>
  );
}
