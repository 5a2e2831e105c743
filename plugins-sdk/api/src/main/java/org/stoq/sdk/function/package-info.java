/**
 * Running the functions of tenants at the edge.
 *
 * <pre>{@code
 * try (LoadedFunction function = runtime.load(source)) {
 *     FunctionResponse response = function.handle(request);
 * }
 * }</pre>
 */
@Export
@Version("1.0.0")
@NullMarked
package org.stoq.sdk.function;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
