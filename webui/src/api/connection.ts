// Whether the daemon can be reached, as far as the last request showed. While it cannot, /healthz is
// asked every few seconds, so that the banner goes by itself.
type Listener = () => void;

const listeners = new Set<Listener>();
const askEveryMs = 4000;
let reachable = true;
let timer: ReturnType<typeof setTimeout> | undefined;

export function isReachable(): boolean {
  return reachable;
}

export function onConnectionChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function reportReachable(now: boolean): void {
  if (now !== reachable) {
    reachable = now;
    for (const listener of listeners) listener();
  }
  clearTimeout(timer);
  timer = undefined;
  if (!reachable) timer = setTimeout(() => void ask(), askEveryMs);
}

async function ask(): Promise<void> {
  try {
    const answer = await fetch('/healthz', { signal: AbortSignal.timeout(askEveryMs) });
    reportReachable(answer.ok);
  } catch {
    reportReachable(false);
  }
}
