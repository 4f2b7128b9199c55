"""The statuses of DHL eCommerce in the unified tracking: Americas and Asia, Europe, and PPL in Czechia.

Source: DHL, "Shipment Tracking - Unified: statuses by service", services `ecommerce`,
`ecommerce-europe` and `ecommerce-ppl` (June 2024).
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.codebooks.table import table_of
from services.ingest.reading.meaning import Meaning

ECOMMERCE: Final[Mapping[str, Meaning]] = table_of(
    """
info_received/label_created: 235 238
info_received/manifest_received: 300 350 400 445
info_received/awaiting_handover: 110 132 150
info_received/pickup_scheduled: 109 128 129 135
info_received/pickup_failed @sender: 134
picked_up/collected: 100 130 461
picked_up/accepted: 50 115 200 211
picked_up/dropped_off: 116
in_transit: 51 106 220 229 359 365 371 401 402 431 451 477 483 510 513 517 524 525 528 529 532 536 537 539
    540 541 543 545 557 561 567 581 616 680 699
in_transit/hub_arrived: 104 125 155 156 454 462 470 472 515 521 526 562 566
in_transit/hub_departed: 113 114 120 399 456 481 482 518 531 538 568 577 805
in_transit/local_facility: 468 473 494 499 520 542 547 548 575 576 579 637
in_transit/forwarded: 530 534
in_transit/handed_to_partner: 478 479 480 505 511 523 535 589 590 642
in_transit/destination_country_arrived: 360 361 533 549
in_transit/customs_in: 441 447 463 501 509
in_transit/customs_released: 442 449 452 464 502 504
in_transit/customs_in customs_hold@customs: 443 448 453 506 507 508
in_transit/rerouted @recipient: 162 582 632
in_transit/problem_resolved: 313
in_transit delayed_announced@recipient: 594 609
in_transit delayed_announced@carrier: 450 592 593 651
in_transit on_hold@carrier: 312 358 644
in_transit on_hold@sender: 107
in_transit action_required@recipient: 240 242 503 573
in_transit misrouted@carrier: 546 640 641 670 671
in_transit damaged@carrier: 620 623
out_for_delivery/loaded: 544 580 597 598
out_for_delivery/approaching: 558
available_for_pickup/pickup_point: 469 522 560 565 570 585 599 601
available_for_pickup/carrier_facility: 588
delivery_attempted: 550 553 554 563 571 583 595 596 615 625 626 629 638 639 844
delivery_attempted @carrier: 665
delivery_attempted/recipient_absent @recipient: 551 552 556 613
delivery_attempted/business_closed @recipient: 555 564 612
delivery_attempted/no_access @recipient: 605
delivery_attempted/address_not_found address_issue@sender: 630 631 633 683 689 691 700 710 740 750
delivery_attempted/address_not_found address_issue@recipient: 686 720 730 770
delivery_attempted/payment_not_ready @recipient: 608 614
delivery_attempted/refused refused@recipient: 610 611 619
delivered: 600 607 621
delivered/recipient: 572
delivered/neighbour: 606
delivered/cod_collected: 591
delivered/safe_place: 652 653 654 655 658 659
delivered/reception: 656
delivered/mailbox: 657
returning: 603 628 800 806 808 811 813 815 816 817 818 820 821 849 853 854 855 856 857 858 859 862
# a return that its sender did not take: it is still on its way back
returning: 810 880 881 882 883 884 885 886 887
returning/undeliverable: 108 602 802 809
returning/sender_recall @sender: 604
returning/unclaimed @recipient: 693 760 804
returned/to_sender: 860 863 864
lost/carrier_declared lost@carrier: 690
lost/disposed: 636 650 780
lost/destroyed: 825
cancelled/voided_before_handover @sender: 101
# data edited, labels, returns not yet collected, money, permissions, forecasts, and the papers' own way
nothing: 99 161 163 164 241 574 617 618 624 627 807 867 868 869 870 871 872
"""
)

EUROPE: Final[Mapping[str, Meaning]] = table_of(
    """
info_received/manifest_received: 1 367 368 369 370
info_received/awaiting_handover: 254
picked_up/collected: 2 9 14 15 16 17 226 228
picked_up/dropped_off: 3 4 5 6 7 8
in_transit: 19 22 25 28 31 38 41 53 56 57 58 59 60 61 62 230 232 233 255 354 355 356 358 364 377 378 379 380
in_transit/hub_arrived: 27 30 37 234 236 240
in_transit/hub_departed: 20 23 26 29 32 231 235 237
in_transit/local_facility: 40 47 242
in_transit/destination_country_arrived: 33 238
in_transit/handed_to_partner: 302
in_transit/customs_in: 258
in_transit/customs_released: 130 133
in_transit/rerouted @recipient: 159
in_transit on_hold@recipient: 141 142 172 194
in_transit on_hold@carrier: 267 269
in_transit on_hold@weather: 266
in_transit action_required@recipient: 268
out_for_delivery/loaded: 42
# laid down for collection: DHL calls it delivered, the recipient does not have it yet
available_for_pickup/pickup_point: 43 44 46
available_for_pickup/locker: 45
delivery_attempted: 72 154 156 161 217 253
delivery_attempted @recipient: 218 219 222 223
delivery_attempted @weather: 264
delivery_attempted @carrier: 87 88 89 90 91 92 93 94 95 96 97 98 200 265 392 395
delivery_attempted damaged@carrier: 83
delivery_attempted/recipient_absent @recipient: 73 74 75 85 372
delivery_attempted/address_not_found address_issue@sender: 79 80 206
delivery_attempted/address_not_found address_issue@recipient: 81
delivery_attempted/payment_not_ready @recipient: 77 78 86 214 215
delivery_attempted/id_or_otp_failed @recipient: 82 330
delivery_attempted/refused refused@recipient: 76 207 208 209 210 211
delivered: 63 64 69 70 71
delivered/recipient: 65 66 68
delivered/locker_collected: 67
delivered/damaged damaged@carrier: 306
returning: 363 365
returning/undeliverable: 149 160 248 249
returning/undeliverable @sender: 259
returning/undeliverable address_issue@recipient: 157
returning/customs_rejected @customs: 152
returning/refused refused@recipient: 151
# data edited, labels, returns not yet collected, money, permissions, forecasts, and the papers' own way
returning/unclaimed @recipient: 99 100 101 102 155
returned/to_sender: 366
# a notice to the recipient
nothing: 52
"""
)

PPL: Final[Mapping[str, Meaning]] = table_of(
    """
info_received/manifest_received: 900
picked_up/collected: 150
in_transit: 500
in_transit/local_facility: 300
in_transit delayed_announced@carrier: 460
out_for_delivery/loaded: 400
available_for_pickup/pickup_point: 343
delivery_attempted/refused refused@recipient: 464
delivered: 450
lost/carrier_declared lost@carrier: 997
cancelled/voided_before_handover @sender: 999
"""
)
