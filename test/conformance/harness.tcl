# Runs the suite's own test_helper.tcl with a few of its procedures wrapped, so that one broken test, or one
# command the server lacks, costs that test and not the rest of the unit:
#   - a test's name is printed when it starts ("[testing]: NAME"): the runner then knows which one hangs;
#   - after a failed test the main client is opened anew, the test's CONFIG SETs are undone and keys expire again, so that
#     a half-read reply, a MULTI or a setting left behind does not fail the next;
#   - a command or an assertion that fails between two tests is noted, and the block goes on;
#   - a block whose set-up fails is one error, not the end; CONFIG overrides the server refuses are left out, noted;
#   - "srv pid", which the suite knows only of servers that it started, is asked of INFO.
#   - where Redis from 7.2 on has another encoding than 7.0, whose suite this is, that one is right too, and doubles are
#     compared as numbers: from 7.2 Redis prints the shortest digits that read back the same, and its suite compares so.
#     HARNESS_EXACT=1 keeps that away from a suite that knows of it.
# What fails between two tests ends the block in spawn mode, where the suite starts a server for each block by itself.
# Run from the suite's root: tclsh …/harness.tcl FLAGS-OF-THE-SUITE

set ::harness_file [file normalize [info script]]
set ::harness_in_test 0
set ::harness_in_multi 0
set ::harness_config_before {}
set ::harness_has_functions 1

# The suite starts its worker by "exec tclsh test_helper.tcl … --client PORT &": the worker comes through here too.
rename exec harness_exec
proc exec {args} {
    if {[lsearch -exact $args "--client"] >= 0} {
        set at [lsearch -glob $args "*test_helper.tcl"]
        if {$at >= 0} { lset args $at $::harness_file }
    }
    uplevel 1 [list harness_exec {*}$args]
}

# Procedures are wrapped as soon as the suite has defined them.
rename source harness_source
proc source {args} {
    set result [uplevel 1 [list harness_source {*}$args]]
    switch [file tail [lindex $args end]] {
        test.tcl { harness_wrap_test }
        server.tcl { harness_wrap_server }
    }
    return $result
}

proc harness_note {text} {
    puts "\[note\]: $text"
    flush stdout
}

proc harness_wrap_test {} {
    if {[info commands harness_orig_test] ne ""} return
    harness_wrap_encoding
    harness_wrap_equal
    foreach name [info procs assert*] {
        rename $name harness_orig_$name
        proc $name {args} [string map [list %NAME% $name] {
            if {$::harness_in_test || !$::external} { tailcall harness_orig_%NAME% {*}$args }
            if {[catch {uplevel 1 [list harness_orig_%NAME% {*}$args]} result]} {
                harness_note "between tests, %NAME% failed: [string range $result 0 120]"
                return ""
            }
            return $result
        }]
    }
    rename test harness_orig_test
    proc test {name code args} {
        puts "\[testing\]: $name"
        flush stdout
        set failed_before $::num_failed
        set ::harness_config_before {}
        set ::harness_in_test 1
        set ::harness_in_multi 0
        set status [catch {uplevel 1 [list harness_orig_test $name $code {*}$args]} result options]
        set ::harness_in_test 0
        if {$status != 0} { return -options $options $result }
        if {$::num_failed != $failed_before && [llength $::servers] > 0} {
            catch { harness_reconnect }
            dict for {name value} $::harness_config_before { catch { harness_orig_r config set $name $value } }
            catch { harness_orig_r debug set-active-expire 1 }
        }
        return $result
    }
}

# Whether the server under test is newer than its suite.
proc harness_is_newer {} {
    if {$::env(HARNESS_EXACT)} { return 0 }
    if {![regexp {redis_version:(\d+)\.(\d+)} [r info server] - major minor]} { return 0 }
    return [expr {$major * 100 + $minor >= 702}]
}

# Small lists and small sets of words are listpacks from 7.2 on. Eighty tests of other things look at the encoding first.
proc harness_is_newer_encoding {expected key} {
    if {![harness_is_newer]} { return 0 }
    set is_changed [expr {($expected eq "quicklist" && [r type $key] eq "list") ||
                          ($expected eq "hashtable" && [r type $key] eq "set")}]
    return [expr {$is_changed && [r object encoding $key] eq "listpack"}]
}

proc harness_wrap_encoding {} {
    rename assert_encoding harness_exact_encoding
    proc assert_encoding {expected key} {
        if {!$::ignoreencoding && [harness_is_newer_encoding $expected $key]} return
        uplevel 1 [list harness_exact_encoding $expected $key]
    }
}

proc harness_is_fraction {text} {
    return [expr {[string is double -strict $text] && [string first . $text] >= 0}]
}

proc harness_wrap_equal {} {
    rename assert_equal harness_exact_equal
    proc assert_equal {value expected {detail ""}} {
        if {$value ne $expected && [harness_is_fraction $value] && [harness_is_fraction $expected] &&
            $value == $expected && [harness_is_newer]} return
        uplevel 1 [list harness_exact_equal $value $expected $detail]
    }
}

# What test_helper.tcl itself defines exists only once the run has begun.
proc harness_wrap_helpers {} {
    if {[info commands harness_orig_r] ne ""} return
    rename srv harness_orig_srv
    proc srv {args} {
        if {[lindex $args end] eq "pid"} {
            set level [expr {[llength $args] > 1 ? [lindex $args 0] : 0}]
            if {![dict exists [lindex $::servers end+$level] pid]} {
                regexp {process_id:(\d+)} [harness_orig_r $level info server] - pid
                return $pid
            }
        }
        uplevel 1 [list harness_orig_srv {*}$args]
    }
    rename r harness_orig_r
    proc r {args} {
        set words [string tolower [lrange $args 0 1]]
        if {!$::harness_has_functions && $words eq "function flush"} { return OK }
        if {!$::harness_in_test && $::external} {
            if {[catch {uplevel 1 [list harness_orig_r {*}$args]} result]} {
                harness_note "between tests, [string range [lrange $args 0 1] 0 50] failed: [string range $result 0 90]"
                if {[string match "*I/O error*" $result]} { catch {harness_reconnect} }
                return ""
            }
            return $result
        }
        switch [lindex $words 0] {
            multi { set ::harness_in_multi 1 }
            exec - discard - reset { set ::harness_in_multi 0 }
        }
        # Asking for the old value would be seen by a transaction and by the slow log.
        if {$words eq "config set" && !$::harness_in_multi && ![string match *slowlog* $::curfile]} {
            foreach {name value} [lrange $args 2 end] {
                if {[dict exists $::harness_config_before $name]} continue
                catch {
                    set old [harness_orig_r config get $name]
                    if {[llength $old] == 2} { dict set ::harness_config_before $name [lindex $old 1] }
                }
            }
        }
        uplevel 1 [list harness_orig_r {*}$args]
    }
}

# The suite's own reconnect stops where the old client is already gone, as after an ended connection.
proc harness_reconnect {} {
    set srv [lindex $::servers end]
    set client [redis [dict get $srv host] [dict get $srv port] 0 $::tls]
    # Where the suite starts servers its blocks keep their clients in variables, too.
    if {$::external} { catch { [dict get $srv client] close } }
    if {!$::singledb} { catch { $client select 9 } }
    dict set srv client $client
    lset ::servers end $srv
}

# Whether the server takes CONFIG SET name value; the value is put back.
proc harness_takes_config {name value} {
    set takes 0
    catch {
        set client [redis $::host $::port 0 $::tls]
        catch {
            set old [$client config get $name]
            $client config set $name $value
            if {[llength $old] == 2} {
                catch {$client config set $name [lindex $old 1]}
                set takes 1
            }
        }
        $client close
    }
    return $takes
}

# Whether a block's tags keep it from running at all.
proc harness_is_refused {options} {
    set tags {}
    set at [lsearch -exact $options "tags"]
    if {$at >= 0} { set tags [string map {\" ""} [lindex $options $at+1]] }
    set why ""
    return [expr {![tags_acceptable [concat $::tags $tags] why]}]
}

proc harness_block_failed {why} {
    incr ::num_failed
    send_data_packet $::test_server_fd err "(block set-up) in $::curfile\n$why"
}

# A block's code where the suite starts its server. With --durable the suite would take the server of the block around it
# from the stack too, unless what was thrown is an assertion.
proc harness_run_block {code} {
    set status [catch {uplevel 1 $code} result returned]
    if {$status == 0} { return $result }
    if {$status != 1} { return -options $returned $result }
    if {!$::harness_in_test} { harness_block_failed $result; return "" }
    if {[string match "assertion:*" $result]} { return -options $returned $result }
    error "assertion:$result"
}

proc harness_wrap_server {} {
    if {[info commands harness_orig_start_server] ne ""} return
    rename start_server harness_orig_start_server
    proc start_server {options {code undefined}} {
        harness_wrap_helpers
        set at [lsearch -exact $options "overrides"]
        if {$::external && $at >= 0 && ![harness_is_refused $options]} {
            set kept {}
            foreach {name value} [uplevel 1 [list subst -nocommands -novariables [lindex $options $at+1]]] {
                if {[harness_takes_config $name $value]} {
                    lappend kept $name $value
                } else {
                    harness_note "CONFIG SET $name $value refused: left out of a block's set-up"
                }
            }
            lset options $at+1 $kept
        }
        if {!$::external && $code ne "undefined"} { set code [list harness_run_block $code] }
        set tags_before $::tags
        set depth [llength $::servers]
        set status [catch {uplevel 1 [list harness_orig_start_server $options $code]} result returned]
        if {$status == 0} { return $result }
        if {$status != 1 || $::harness_in_test} { return -options $returned $result }
        # The block broke outside any test: one error, unwind, go on.
        set ::tags $tags_before
        while {[llength $::servers] > $depth} {
            catch {[dict get [lindex $::servers end] client] close}
            set ::servers [lrange $::servers 0 end-1]
        }
        harness_block_failed $result
        return ""
    }
    rename run_external_server_test harness_orig_external
    proc run_external_server_test {code overrides} {
        if {![info exists ::harness_asked_functions]} {
            set ::harness_asked_functions 1
            catch {
                set client [redis $::host $::port 0 $::tls]
                if {[catch {$client function flush}]} {
                    set ::harness_has_functions 0
                    harness_note "FUNCTION FLUSH refused: the suite's calls of it are left out"
                }
                $client close
            }
        }
        uplevel 1 [list harness_orig_external $code $overrides]
    }
}

harness_source [file join [pwd] tests test_helper.tcl]
