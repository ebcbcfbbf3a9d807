import { CalibrationCard } from './parts/calibration-card';
import { Comparison } from './parts/comparison';
import { ConfigCard } from './parts/config-card';
import { Curves } from './parts/curves';
import { HaltingCard } from './parts/halting-card';
import { Header } from './parts/header';
import { MissingCard } from './parts/missing-card';
import { OriginCard } from './parts/origin-card';
import { RunChoice } from './parts/run-choice';
import { SegmentsCard } from './parts/segments-card';
import { Tiles } from './parts/tiles';
import { PuzzlesCard } from './puzzles/puzzles-card';
import { WatchedCard } from './puzzles/watched-card';
import { run, runs } from './state';

/** The page: all runs next to each other, then the details of one. */
export function App() {
  const one = run.value;
  const all = runs.value;
  return (
    <>
      <Header />
      <main>
        {all.length > 1 && <Comparison runs={all} />}
        {all.length > 1 && <RunChoice runs={all} />}
        {one && (
          <div class="run" key={one.run}>
            <Tiles run={one} />
            <Curves run={one} />
            <WatchedCard run={one} />
            <PuzzlesCard run={one} />
            <div class="column">
              <HaltingCard run={one} />
              <CalibrationCard run={one} />
              <MissingCard run={one} />
            </div>
            <div class="column">
              <SegmentsCard run={one} />
              <ConfigCard run={one} />
              <OriginCard run={one} />
            </div>
          </div>
        )}
      </main>
    </>
  );
}
