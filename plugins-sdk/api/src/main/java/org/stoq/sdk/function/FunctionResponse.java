package org.stoq.sdk.function;

import java.nio.channels.ReadableByteChannel;
import java.util.List;
import java.util.Map;

/**
 * What a function answers.
 *
 * @param status 200 to 599
 * @param headers lower-case names
 * @param body the body, which whoever reads it closes
 */
public record FunctionResponse(
        int status, Map<String, List<String>> headers, ReadableByteChannel body) {}
