import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

export interface IButtonProps extends React.ButtonHTMLAttributes<HTMLButtonElement> {
  icon?: LabIcon;
  tone?: 'accept' | 'reject' | 'plain' | 'quiet';
  /** Key that does the same, shown as a hint. */
  hint?: string;
}

export function Button({ icon, tone = 'plain', hint, className, children, ...rest }: IButtonProps): JSX.Element {
  return (
    <button
      type="button"
      {...rest}
      aria-keyshortcuts={hint}
      className={`jp-nightdesk-Button jp-mod-${tone} ${children ? '' : 'jp-mod-icon'} ${className ?? ''}`}
    >
      {icon && <icon.react tag="span" className="jp-nightdesk-Button-icon" />}
      {children && <span className="jp-nightdesk-Button-label">{children}</span>}
      {hint && (
        <kbd className="jp-nightdesk-Button-hint" aria-hidden="true">
          {hint}
        </kbd>
      )}
    </button>
  );
}
