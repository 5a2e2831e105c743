package org.stoq.fuzz;

import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import jdk.management.VirtualThreadSchedulerMXBean;

/**
 * The one carrier that all virtual threads share here, see {@code fuzz.flags} in the pom: one of
 * them runs until it waits, then the next. So a script decides when the threads of a session run,
 * and the same script does the same each time.
 */
public final class Carrier {
    private static final VirtualThreadSchedulerMXBean SCHEDULER =
            Objects.requireNonNull(
                    ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class));

    /**
     * Turns until the carrier is given up for a moment: where one thread only yields, the pool may
     * never look at what other threads than the carrier have submitted.
     */
    private static final int TURNS = 64;

    private static final long PAUSE_NANOS = 20_000;

    /** Something that is done on the carrier. */
    @FunctionalInterface
    public interface Work {
        /** Does it. */
        void run() throws Exception;
    }

    private Carrier() {}

    /** Does something on a virtual thread and waits for its end. */
    public static void run(Work work) throws Exception {
        if (SCHEDULER.getParallelism() != 1) {
            throw new IllegalStateException(
                    "virtual threads have %d carriers: see fuzz.flags in the pom"
                            .formatted(SCHEDULER.getParallelism()));
        }
        FutureTask<Boolean> task =
                new FutureTask<>(() -> {
                    work.run();
                    return true;
                });
        Thread.ofVirtual().name("fuzz-script").start(task);
        try {
            task.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Exception failure -> throw failure;
                case Error failure -> throw failure;
                case null, default -> throw e;
            }
        }
    }

    /** Lets all other virtual threads run until each of them waits. On a virtual thread. */
    @SuppressWarnings("ThreadPriorityCheck") // with one carrier, to yield is to let others run
    public static void settle() {
        int turns = 0;
        do {
            if (++turns % TURNS == 0) {
                LockSupport.parkNanos(PAUSE_NANOS);
            } else {
                Thread.yield();
            }
        } while (SCHEDULER.getQueuedVirtualThreadCount() > 0);
    }

    /** Returns how many virtual threads there are that have not ended. */
    public static long virtualThreads() throws ReflectiveOperationException {
        Class<?> containers = Class.forName("jdk.internal.vm.ThreadContainers");
        Object root = containers.getMethod("root").invoke(null);
        Method count = Class.forName("jdk.internal.vm.ThreadContainer").getMethod("threadCount");
        return (long) count.invoke(root);
    }
}
