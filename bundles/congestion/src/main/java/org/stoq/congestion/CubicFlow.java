package org.stoq.congestion;

import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.congestion.PathState;

/** CUBIC as RFC 9438 s.4 describes it; its variables are named after the RFC's in the comments. */
final class CubicFlow implements CongestionController.Flow {
    /** beta_cubic. */
    private static final double REDUCTION = 0.7;

    /** C, in datagrams per cubic second. */
    private static final double STEEPNESS = 0.4;

    /** alpha_cubic: makes the estimate of Reno's window as fast as Reno is. */
    private static final double RENO_GROWTH = 3 * (1 - REDUCTION) / (1 + REDUCTION);

    private static final double LARGEST_GROWTH = 1.5;
    private static final double NANOS = 1e9;

    private final RecoveryPeriod recovery = new RecoveryPeriod();
    private HyStart hyStart;
    private int datagramBytes;
    private long smoothedNanos;

    /** cwnd. */
    private double windowBytes;

    /** ssthresh. */
    private double thresholdBytes;

    /** W_max: the window before it was last reduced. */
    private double plateauBytes;

    /** cwnd_prior. */
    private double beforeBytes;

    /** Whether the window has grown since it was last reduced: an epoch has begun. */
    private boolean epoch;

    private long epochSinceNanos;

    /** K, in seconds: when the window is at the plateau. */
    private double plateauSeconds;

    /** W_est: what Reno's window would be. */
    private double renoBytes;

    private long acknowledgedNanos;

    /** What to go back to if all losses of the latest reduction turn out to be none. */
    private double undoWindowBytes;

    private double undoThresholdBytes;
    private double undoPlateauBytes;
    private double undoableLostBytes;

    CubicFlow(PathState path, long nowNanos) {
        datagramBytes = path.maxDatagramBytes();
        smoothedNanos = path.smoothedRttNanos();
        windowBytes = Windows.first(path);
        thresholdBytes = path.inSlowStart() ? Double.POSITIVE_INFINITY : windowBytes;
        plateauBytes = windowBytes;
        beforeBytes = windowBytes;
        acknowledgedNanos = nowNanos;
        hyStart = new HyStart(nowNanos);
    }

    @Override
    public void sent(long nowNanos, long bytes, long inFlightBytes) {
        if (inFlightBytes == 0) {
            pause(nowNanos);
        }
    }

    /** The window does not grow with time in which it was no limit (RFC 9438 s.5.8). */
    private void pause(long nowNanos) {
        epochSinceNanos += nowNanos - acknowledgedNanos;
        acknowledgedNanos = nowNanos;
    }

    @Override
    public void roundTrip(
            long nowNanos, long latestNanos, long newSmoothedNanos, long minimumNanos) {
        smoothedNanos = newSmoothedNanos;
        hyStart.sample(latestNanos);
    }

    @Override
    public void congestionExperienced(long nowNanos, long packets, long newestSentNanos) {
        if (recovery.begin(nowNanos, newestSentNanos)) {
            reduce();
            // A mark is never taken back.
            undoableLostBytes = Double.POSITIVE_INFINITY;
        }
    }

    @Override
    public void lost(long nowNanos, long bytes, long newestSentNanos, boolean persistent) {
        if (recovery.begin(nowNanos, newestSentNanos)) {
            undoWindowBytes = windowBytes;
            undoThresholdBytes = thresholdBytes;
            undoPlateauBytes = plateauBytes;
            undoableLostBytes = 0;
            reduce();
        }
        undoableLostBytes += bytes;
        if (persistent) {
            windowBytes = Windows.least(datagramBytes);
            hyStart = new HyStart(nowNanos);
            recovery.end();
            undoableLostBytes = Double.POSITIVE_INFINITY;
        }
    }

    private void reduce() {
        // Fast convergence (s.4.7): a window that has not come back to its plateau makes room.
        plateauBytes = windowBytes < plateauBytes ? windowBytes * (1 + REDUCTION) / 2 : windowBytes;
        beforeBytes = windowBytes;
        windowBytes = Windows.bounded(windowBytes * REDUCTION, datagramBytes);
        thresholdBytes = windowBytes;
        epoch = false;
    }

    /** Goes back to where it was if nothing was lost at all (s.4.9). */
    @Override
    public void spuriouslyLost(long nowNanos, long bytes, long newestSentNanos) {
        undoableLostBytes -= bytes;
        if (undoableLostBytes <= 0 && undoWindowBytes > windowBytes) {
            windowBytes = Windows.bounded(undoWindowBytes, datagramBytes);
            thresholdBytes = undoThresholdBytes;
            plateauBytes = undoPlateauBytes;
            undoWindowBytes = 0;
            epoch = false;
            recovery.end();
        }
    }

    @Override
    public void acknowledged(
            long nowNanos,
            long bytes,
            long newestSentNanos,
            long inFlightBytes,
            boolean appLimited) {
        if (appLimited) {
            pause(nowNanos);
            return;
        }
        acknowledgedNanos = nowNanos;
        if (recovery.covers(newestSentNanos)) {
            return;
        }
        if (inSlowStart()) {
            double growth =
                    hyStart.growth(nowNanos, newestSentNanos, (double) bytes / datagramBytes);
            if (growth > 0) {
                windowBytes = Windows.bounded(windowBytes + growth * bytes, datagramBytes);
                return;
            }
            thresholdBytes = windowBytes;
        }
        avoidCongestion(nowNanos, bytes);
    }

    private void avoidCongestion(long nowNanos, long bytes) {
        if (!epoch) {
            beginEpoch(nowNanos);
        }
        double seconds = (nowNanos - epochSinceNanos) / NANOS;
        renoBytes +=
                (renoBytes < beforeBytes ? RENO_GROWTH : 1)
                        * datagramBytes
                        * Math.min(1, bytes / windowBytes);
        if (cubicBytes(seconds) < renoBytes) {
            windowBytes = Windows.bounded(Math.max(windowBytes, renoBytes), datagramBytes);
            return;
        }
        double target =
                Math.clamp(
                        cubicBytes(seconds + smoothedNanos / NANOS),
                        windowBytes,
                        LARGEST_GROWTH * windowBytes);
        double growth = (target - windowBytes) * Math.min(1, bytes / windowBytes);
        windowBytes = Windows.bounded(windowBytes + growth, datagramBytes);
    }

    private void beginEpoch(long nowNanos) {
        epoch = true;
        epochSinceNanos = nowNanos;
        renoBytes = windowBytes;
        plateauBytes = Math.max(plateauBytes, windowBytes);
        plateauSeconds = Math.cbrt((plateauBytes - windowBytes) / datagramBytes / STEEPNESS);
    }

    /** W_cubic. */
    private double cubicBytes(double seconds) {
        double fromPlateau = seconds - plateauSeconds;
        return plateauBytes + STEEPNESS * datagramBytes * fromPlateau * fromPlateau * fromPlateau;
    }

    @Override
    public void datagramSize(int maxDatagramBytes) {
        datagramBytes = maxDatagramBytes;
        windowBytes = Windows.bounded(windowBytes, datagramBytes);
    }

    @Override
    public long windowBytes() {
        return (long) windowBytes;
    }

    @Override
    public boolean inSlowStart() {
        return windowBytes < thresholdBytes;
    }
}
