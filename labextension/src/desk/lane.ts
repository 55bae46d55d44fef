/** A job that nobody wanted any more when its turn came. */
export class Skipped extends Error {}

interface IJob {
  wanted: () => boolean;
  start: () => Promise<void>;
  skip: () => void;
}

/** Few jobs at a time, the latest first: what one looks at now comes before what one scrolled past. */
export class Lane {
  constructor(private readonly _width: number) {}

  run<T>(job: () => Promise<T>, wanted: () => boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      this._jobs.push({
        wanted,
        start: () => job().then(resolve, reject),
        skip: () => reject(new Skipped())
      });
      this._next();
    });
  }

  private _next(): void {
    while (this._running < this._width) {
      const job = this._jobs.pop();
      if (!job) {
        return;
      }
      if (!job.wanted()) {
        job.skip();
        continue;
      }
      this._running += 1;
      void job.start().finally(() => {
        this._running -= 1;
        this._next();
      });
    }
  }

  private readonly _jobs: IJob[] = [];
  private _running = 0;
}
