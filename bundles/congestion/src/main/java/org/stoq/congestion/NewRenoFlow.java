package org.stoq.congestion;

import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.congestion.PathState;

/** NewReno as RFC 9002 appendix B writes it down. */
final class NewRenoFlow implements CongestionController.Flow {
    private static final double LOSS_REDUCTION = 0.5;

    private final RecoveryPeriod recovery = new RecoveryPeriod();
    private int datagramBytes;
    private double windowBytes;

    /** Slow start ends when the window is as large. */
    private double thresholdBytes;

    NewRenoFlow(PathState path) {
        datagramBytes = path.maxDatagramBytes();
        windowBytes = Windows.first(path);
        thresholdBytes = path.inSlowStart() ? Double.POSITIVE_INFINITY : windowBytes;
    }

    @Override
    public void congestionExperienced(long nowNanos, long packets, long newestSentNanos) {
        backOff(nowNanos, newestSentNanos);
    }

    @Override
    public void lost(long nowNanos, long bytes, long newestSentNanos, boolean persistent) {
        backOff(nowNanos, newestSentNanos);
        if (persistent) {
            windowBytes = Windows.least(datagramBytes);
            recovery.end();
        }
    }

    private void backOff(long nowNanos, long sentNanos) {
        if (recovery.begin(nowNanos, sentNanos)) {
            windowBytes = Windows.bounded(windowBytes * LOSS_REDUCTION, datagramBytes);
            thresholdBytes = windowBytes;
        }
    }

    @Override
    public void acknowledged(
            long nowNanos,
            long bytes,
            long newestSentNanos,
            long inFlightBytes,
            boolean appLimited) {
        if (appLimited || recovery.covers(newestSentNanos)) {
            return;
        }
        double growth = inSlowStart() ? bytes : datagramBytes * Math.min(1, bytes / windowBytes);
        windowBytes = Windows.bounded(windowBytes + growth, datagramBytes);
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
