package org.stoq.cli.terminal;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.nio.file.Path;
import java.time.Instant;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;

/**
 * Values as JSON in one line: records become objects with keys in snake_case, absent values are
 * left out, digests, ids, paths and instants are texts. Thread-safe.
 */
public final class JsonOutput {
    private final ObjectMapper mapper =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .defaultPropertyInclusion(
                            JsonInclude.Value.construct(
                                    JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
                    .addModule(
                            new SimpleModule()
                                    .addSerializer(Digest.class, ToStringSerializer.instance)
                                    .addSerializer(NodeId.class, ToStringSerializer.instance)
                                    .addSerializer(Path.class, ToStringSerializer.instance)
                                    .addSerializer(Instant.class, ToStringSerializer.instance))
                    .build();

    /** Returns the text of a value, without a line end. */
    public String text(Object value) {
        try {
            return mapper.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no JSON form for " + value.getClass(), e);
        }
    }

    /** Reads a text that {@link #text} has written. */
    public JsonNode parse(String text) {
        try {
            return mapper.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + text, e);
        }
    }
}
