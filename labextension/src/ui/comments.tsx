import * as React from 'react';

import type { IComment } from '../desk/models';
import { Button } from './button';
import { useDesk, useNow } from './context';
import { ago } from './format';
import { editIcon, rejectIcon } from './icons';

export interface IComposerProps {
  initial?: string;
  focus?: boolean;
  submitLabel: string;
  onSubmit: (text: string) => Promise<void>;
  onCancel?: () => void;
}

/** A box to write in: Enter sends, Shift Enter breaks the line, Escape leaves. What one wrote survives an error. */
export function Composer({ initial = '', focus, submitLabel, onSubmit, onCancel }: IComposerProps): JSX.Element {
  const { trans } = useDesk();
  const [text, setText] = React.useState(initial);
  const [busy, setBusy] = React.useState(false);
  const [failure, setFailure] = React.useState('');
  const area = React.useRef<HTMLTextAreaElement>(null);
  React.useEffect(() => {
    if (focus) {
      area.current?.focus();
    }
  }, [focus]);
  const send = async () => {
    if (!text.trim() || busy) {
      return;
    }
    setBusy(true);
    try {
      await onSubmit(text.trim());
      setText('');
      setFailure('');
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      void send();
    } else if (event.key === 'Escape' && onCancel) {
      event.preventDefault();
      event.stopPropagation();
      onCancel();
    }
  };
  return (
    <form
      className="jp-nightdesk-Composer"
      onSubmit={event => {
        event.preventDefault();
        void send();
      }}
    >
      <textarea
        ref={area}
        className="jp-nightdesk-Composer-input jp-mod-styled"
        data-testid="nightdesk-comment-input"
        rows={Math.min(6, Math.max(1, text.split('\n').length))}
        value={text}
        aria-label={trans.__('Comment')}
        placeholder={trans.__('Comment; Enter sends')}
        maxLength={10000}
        onChange={event => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <button type="submit" className="jp-nightdesk-Button jp-mod-plain" disabled={busy || !text.trim()}>
        {submitLabel}
      </button>
      {onCancel && (
        <button type="button" className="jp-nightdesk-Button jp-mod-quiet" onClick={onCancel}>
          {trans.__('Cancel')}
        </button>
      )}
      {failure && (
        <div className="jp-nightdesk-Composer-failure" role="alert">
          {trans.__('Not sent: %1', failure)}
        </div>
      )}
    </form>
  );
}

export interface ICommentItemProps {
  comment: IComment;
  own?: boolean;
  onEdit?: (text: string) => Promise<void>;
  onDelete?: () => Promise<void>;
}

export function CommentItem({ comment, own, onEdit, onDelete }: ICommentItemProps): JSX.Element {
  const { trans } = useDesk();
  const now = useNow();
  const [editing, setEditing] = React.useState(false);
  return (
    <li className="jp-nightdesk-Comment" data-testid="nightdesk-comment" data-comment-id={comment.id}>
      <div className="jp-nightdesk-Comment-head">
        <b className="jp-nightdesk-Comment-author">{comment.author?.username}</b>
        {comment.bot && <span className="jp-nightdesk-Badge">{trans.__('bot')}</span>}
        <time dateTime={comment.created_at} title={comment.created_at}>
          {ago(comment.created_at, now, trans)}
        </time>
        {own && onEdit && onDelete && !editing && (
          <span className="jp-nightdesk-Comment-tools">
            <Button icon={editIcon} tone="quiet" aria-label={trans.__('Edit comment')} title={trans.__('Edit')} onClick={() => setEditing(true)} />
            <Button icon={rejectIcon} tone="quiet" aria-label={trans.__('Delete comment')} title={trans.__('Delete')} onClick={() => void onDelete()} />
          </span>
        )}
      </div>
      {editing && onEdit ? (
        <Composer
          initial={comment.text}
          focus
          submitLabel={trans.__('Save')}
          onSubmit={async text => {
            await onEdit(text);
            setEditing(false);
          }}
          onCancel={() => setEditing(false)}
        />
      ) : (
        <div className="jp-nightdesk-Comment-text">{comment.text}</div>
      )}
    </li>
  );
}
