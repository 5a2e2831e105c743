/**
 * The measuring instrument: STOQ beside others, in the same run, on the same machine.
 *
 * <p>{@link org.stoq.bench.ThroughputBench} and its like run in the process of the command and
 * start the two ends of each measurement as processes of their own ({@link org.stoq.bench.child}),
 * which play a {@link org.stoq.bench.contender}. What counts is what the receiver has compared byte
 * by byte ({@link org.stoq.client.pattern}).
 */
@NullMarked
package org.stoq.bench;

import org.jspecify.annotations.NullMarked;
