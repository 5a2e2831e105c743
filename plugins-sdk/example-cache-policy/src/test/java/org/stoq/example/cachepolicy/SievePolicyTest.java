package org.stoq.example.cachepolicy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cache.CachePolicy;
import org.stoq.sdk.cache.EvictionOrder;
import org.stoq.testkit.CachePolicyContract;

class SievePolicyTest extends CachePolicyContract {
    @Override
    protected CachePolicy policy() {
        return new SievePolicy();
    }

    @Test
    void evictsTheOldestThatWasNotAskedForAgain() {
        EvictionOrder order = filled();
        order.hit(key('a'), 0);
        order.hit(key('c'), 0);
        assertThat(evict(order, 2)).containsExactly(key('b'), key('d'));
    }

    @Test
    void theHandGoesOnWhereItStoppedAndTakesMarksAway() {
        EvictionOrder order = filled();
        order.hit(key('a'), 0);
        order.hit(key('b'), 0);
        assertThat(evict(order, 1)).containsExactly(key('c'));
        order.hit(key('d'), 0);
        order.admitted(key('f'), 1, 0);
        assertThat(evict(order, 4)).containsExactly(key('e'), key('f'), key('a'), key('b'));
    }

    @Test
    void whatIsAskedForAgainSurvivesAStreamOfWhatIsNot() {
        EvictionOrder order = filled();
        for (char one = 'A'; one <= 'Z'; one++) {
            order.hit(key('a'), 0);
            evict(order, 1);
            order.admitted(key(one), 1, 0);
        }
        assertThat(order.coldestFirst()).hasSize(5).contains(key('a'));
    }

    @Test
    void handsOverWhatItWouldEvictFirstInFront() {
        EvictionOrder order = filled();
        order.hit(key('b'), 0);
        assertThat(order.coldestFirst())
                .containsExactly(key('a'), key('c'), key('d'), key('e'), key('b'));
    }

    private static EvictionOrder filled() {
        EvictionOrder order = new SievePolicy().start(5);
        for (char one = 'a'; one <= 'e'; one++) {
            order.admitted(key(one), 1, 0);
        }
        return order;
    }

    private static List<Digest> evict(EvictionOrder order, int count) {
        List<Digest> victims = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Digest victim = order.victim().orElseThrow();
            order.removed(victim);
            victims.add(victim);
        }
        return victims;
    }

    private static Digest key(char name) {
        return Digest.of(new byte[] {(byte) name});
    }
}
