import type { Schemas } from '../../api/client';
import { numberText } from '../../model/measure';
import { useEditor } from '../context';

const [WIDTH, HEIGHT] = [200, 48];

/** How the numbers of a column are spread. */
export function Histogram({ bins }: { bins: readonly Schemas['Bin'][] }): JSX.Element {
  const { trans } = useEditor();
  const most = Math.max(...bins.map(({ count }) => count), 1);
  const step = WIDTH / bins.length;
  return (
    <svg
      className="mr-Histogram"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={trans.__('Values from %1 to %2 in %3 bars', bins[0].from, bins[bins.length - 1].to, bins.length)}
    >
      {bins.map((bin, at) => {
        const height = bin.count ? Math.max(1, (bin.count / most) * HEIGHT) : 0;
        return (
          <rect key={at} x={at * step + 0.5} width={step - 1} y={HEIGHT - height} height={height}>
            <title>{`${bin.from} … ${bin.to}: ${numberText(bin.count)}`}</title>
          </rect>
        );
      })}
    </svg>
  );
}
