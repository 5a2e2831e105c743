/**
 * Runs a node in this process: an OSGi framework with the bundles of the distribution.
 *
 * <pre>{@code
 * int exitCode = Launcher.run(new LaunchOptions(home, Optional.empty(), Map.of()), listener);
 * }</pre>
 */
@NullMarked
package org.stoq.launcher;

import org.jspecify.annotations.NullMarked;
