import * as React from 'react';

import type { LinkState } from '../desk/events';
import type { ThemeName } from '../desk/models';
import type { IDesk } from '../tokens';

const DeskContext = React.createContext<IDesk | null>(null);

export const DeskProvider = DeskContext.Provider;

export function useDesk(): IDesk {
  const desk = React.useContext(DeskContext);
  if (!desk) {
    throw new Error('a desk component outside of DeskProvider');
  }
  return desk;
}

export function useTheme(): ThemeName {
  const desk = useDesk();
  return React.useSyncExternalStore(
    React.useCallback(
      changed => {
        const listen = () => changed();
        desk.themeChanged.connect(listen);
        return () => void desk.themeChanged.disconnect(listen);
      },
      [desk]
    ),
    () => desk.theme
  );
}

export function useLink(): LinkState {
  const { events } = useDesk();
  return React.useSyncExternalStore(
    React.useCallback(
      changed => {
        const listen = () => changed();
        events.stateChanged.connect(listen);
        return () => void events.stateChanged.disconnect(listen);
      },
      [events]
    ),
    () => events.state
  );
}

/** The time now, fresh every so many seconds. */
export function useNow(seconds = 30): number {
  const [now, setNow] = React.useState(() => Date.now());
  React.useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), seconds * 1000);
    return () => window.clearInterval(timer);
  }, [seconds]);
  return now;
}
