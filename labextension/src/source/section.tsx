import * as React from 'react';

export interface ISectionProps {
  name: string;
  title: string;
  tools?: React.ReactNode;
  children: React.ReactNode;
}

/** One part of the page. */
export function Section({ name, title, tools, children }: ISectionProps): JSX.Element {
  const id = React.useId();
  return (
    <section className={`jp-nightdesk-Section jp-mod-${name}`} data-section={name} aria-labelledby={id}>
      <div className="jp-nightdesk-Section-head">
        <h2 id={id}>{title}</h2>
        {tools && <div className="jp-nightdesk-Section-tools">{tools}</div>}
      </div>
      {children}
    </section>
  );
}
