"""The events of DHL Parcel Germany: ICE event, RIC reason and, where these leave it open, standard event.

Source: DHL Paket, "Event codes of the tracking API" (ICE events and RIC reasons, July 2024). A key of
`PAIRS` is `ICE/RIC` or `ICE/RIC/standard event`. `EVENTS` has the ICE events alone and `STANDARD` the
standard events: what is left to say of a pair that the list does not have.
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.codebooks.table import table_of
from services.ingest.reading.meaning import Meaning

CODELIST: Final = "dhl-parcel-de-ice-ric"
CODELIST_VERSION: Final = "2024-07"

PAIRS: Final[Mapping[str, Meaning]] = table_of(
    """
info_received/manifest_received: PARCV/NRQRD
info_received/pickup_scheduled: PURCR/BOOKN PURCR/NRQRD PURCR/OTHER PURCR/SECPL
info_received/pickup_failed address_issue@sender: PURCR/BDADD NTPUP/BDADD
info_received/pickup_failed @sender: NTPUP/CLOSD NTPUP/CPUNK NTPUP/DMGED NTPUP/GDNMS NTPUP/GDNRD NTPUP/NAGTB
    NTPUP/NHOME NTPUP/NPYMT NTPUP/NTHND NTPUP/NTHNG NTPUP/OTHER NTPUP/SPCNR NTPUP/TRPMT OFWRD/RDRCR/AN
info_received/pickup_failed @carrier: NTPUP/CLRTE NTPUP/CRROT NTPUP/WRGTR PURCR/REJCT
cancelled/voided_before_handover @sender: CANCL/NRQRD
picked_up/collected: PCKDU/PFLOC PCKDU/PKBOX PCKDU/PUBCR PCKDU/WINPL SRTED/NRQRD/AE LDTMV/SERPT/ES
picked_up/dropped_off: SHRCU/NRQRD SHRCU/PCKST SHRCU/SERPT
picked_up/accepted: SRTED/NRQRD/ES
in_transit: ASMVT/NRQRD LDTHU/NRQRD LDTMV/FWEXH/NB LDTMV/MVMTV/NB SRTED/FWEXH/NB SRTED/NRQRD SRTED/NRQRD/NB
    ULFMV/OARRV/NB SECHK/CCPSD SECHK/DGCPS SECHK/INSPT SECHK/NRQRD INFCL/FWEXH INFCL/NRQRD INFCL/SERPT
# labels and wrappings renewed, and pieces whose data are missing
in_transit: RELBL/NRQRD RELBL/PLDMG RELBL/PPQLT REPCK/NRQRD PBNDT/NDRFC PBNDT/NDRFN PBNDT/NORSN
in_transit/hub_arrived: ULFMV/OARRV ULFMV/OARRV/EE ULFMV/UNLDD ULFMV/UNLDD/EE MVARR/NRQRD MVARR/NRQRD/EE
    SRTED/FWAPS/EE SRTED/FWEXH/EE SRTED/FWEXP/EE SRTED/FWEXH SRTED/FWAPS SRTED/FWEXP
in_transit/hub_departed: LDTMV/FWEXH LDTMV/FWEXH/AA LDTMV/MVMTV LDTMV/MVMTV/AA LDTMV/NRQRD MVDPT/NRQRD
    REPCK/MVMTV SRTED/FWAPS/AA SRTED/FWEXH/AA SRTED/FWEXP/AA
in_transit/local_facility: ULFMV/UNLDD/PO MVARR/NRQRD/PO
in_transit/forwarded: FWDCF/SERPT OFWRD/CNCNR OFWRD/CRFRD OFWRD/NRQRD OFWRD/PBNBR
in_transit/rerouted @recipient: OFWRD/CNRFW OFWRD/CSREQ OFWRD/RDRCR OFWRD/RDRDO REPCK/RDRDO ROUCR/PKBOX
in_transit/handed_to_partner: TRBCR/NRQRD HNDDE/SERPT/PO
in_transit/customs_in: ICPRC/FWEXH ICPRC/NRQRD ICPRC/OARRV ITBAR/CSTBA ITBAR/FWEXH ITBAR/OARRV HNDND/CUSTM
in_transit/customs_in customs_hold@customs: HLDCP/NORSN HLDCU/NORSN EXPHD/CLREF
in_transit/customs_released: RSDCP/FWEXH RSDCP/OARRV INFCL/OARRV
in_transit on_hold@carrier: EXPHD/CAPEX EXPHD/EQUBF EXPHD/INCSH EXPHD/NRQRD EXPHD/OTHER EXPHD/STPRB
    INFCL/INCSH
in_transit on_hold@sender: EXPHD/FFTCH EXPHD/GDNMS EXPHD/MSDOC EXPHD/MSLBL EXPHD/MSSDT EXPHD/PWMFD
    EXPHD/STBSD EXPHD/TRPMT EXPHD/UDFPC INFCL/HLDSR
in_transit on_hold@recipient: INFCL/CSREQ INFCL/CTCST INFCL/DLVDT INFCL/HNDCA
in_transit on_hold@other: EXPHD/FRMJR EXPHD/INSPT INFCL/HLDAY CNFSC/LEGAT
in_transit delayed_announced@carrier: LDEXC/MSDLA LDEXC/OVRLD MVTEX/TCHBD MVTEX/VHARU
in_transit delayed_announced@other: MVDEX/FRMJR MVTEX/FRMJR MVTEX/TCATC
in_transit misrouted@carrier: MSRTD/CRRCS MSRTD/CRRFN MSRTD/NRQRD MSRTD/WRGTR OFWRD/CRRFN
in_transit damaged@carrier: DMGDS/CSDOC DMGDS/CTCST DMGDS/DMGED DMGDS/DMGPC DMGDS/LDMGD DMGDS/NRQRD
    DMGDS/PUDMG EXPHD/DMGED EXPHD/DMGPC EXPHD/DMPHD REPCK/DMGPC REPCK/LDMGD
in_transit/hub_arrived damaged@carrier: DMGDS/LDMGD/EE
in_transit/hub_departed damaged@carrier: DMGDS/LDMGD/AA
in_transit address_issue@sender: EXPHD/BDADD EXPHD/WRGRI LDEXC/BDADD REPCK/WRGRI
# loaded or sorted within the delivery process: the tour
out_for_delivery/loaded: LDTMV/MVMTV/PO LDTMV/PCKST LDTMV/SECDA LDTMV/SECDA/PO LDTMV/SERPT LDTMV/SERPT/PO
    LDTMV/SERPT/ZF SRTED/NRQRD/PO
available_for_pickup/pickup_point: CNRFC/NRQRD CNRFC/SERPT HLDCC/SERPT HNDDE/SERPT HNDDE/SERPT/LA
    HNDDE/SERPT/ZF
available_for_pickup/locker: CNRFC/PCKST HLDCC/LDPCK
available_for_pickup/carrier_facility: CNRFC/HDFCT HLDCC/HDFCT HLDCC/NTCCN
delivery_attempted: LDTMV/SECDA/ZN LDEXC/MSDLA/ZN NTDEL/CTCST NTDEL/OTHER NTDEL/OTHRE NTDEL/SECDA NTDEL/SHINF
    NTDEL/UDLVR
delivery_attempted @carrier: NTDEL/CAPEX NTDEL/NTIHU NTDEL/PCKST NTDEL/SERPT NTDEL/TCHBD
delivery_attempted @sender: NTDEL/MSDOC NTDEL/MSLBL NTDEL/MSSDT NTDEL/NAGTB NTDEL/RSEXW
delivery_attempted @recipient: NTDEL/NTCCN
delivery_attempted @other: NTDEL/FRMJR
delivery_attempted damaged@carrier: NTDEL/DMGED
delivery_attempted misrouted@carrier: NTDEL/WRGTR
delivery_attempted/payment_not_ready @recipient: NTDEL/TRPMT
delivery_attempted/recipient_absent @recipient: NTDEL/CNCNR NTDEL/NHOME
delivery_attempted/business_closed @recipient: NTDEL/CLOSD NTDEL/HLDAY
delivery_attempted/address_not_found address_issue@sender: NTDEL/BDADD NTDEL/CPUNK NTDEL/WRGPN NTDEL/WRGRI
delivery_attempted/address_not_found address_issue@recipient: NTDEL/MOVED
delivery_attempted/id_or_otp_failed @recipient: NTDEL/AGNEG NTDEL/CTCNI NTDEL/IDDMG NTDEL/IDNEG
delivery_attempted/out_of_time @carrier: NTDEL/CRROT NTDEL/DRCRU
delivery_attempted/refused refused@recipient: NTDEL/RFUSD DLVRF/NEXCH DLVRF/NTORD DLVRF/OTHER DLVRF/TRPMT
delivery_attempted/refused refused@carrier: DLVRF/CROAT
delivery_attempted/refused damaged@carrier: DLVRF/DMGED
delivery_attempted/refused missing_pieces@carrier: DLVRF/SHNCP
delivered: DLVRD/ACCPT DLVRD/AGENT DLVRD/CUSTM DLVRD/DIDLV DLVRD/HNDTC DLVRD/OTHER DLVRD/SERPT DLVRD/WINPL
    MVARR/NRQRD/ZU
delivered/recipient: DLVRD/FAMLY DLVRD/SPOUS
delivered/safe_place: DLVRD/PKBOX DLVRD/SECPL
delivered/reception: DLVRD/PCKAD
delivered/neighbour: DLVRD/NGHBR
delivered/po_box: DLVRD/POBOX
delivered/locker_collected: DLVRD/ACCPK
delivered/cod_collected: DLVRD/CODRP/ZU
delivered/damaged damaged@carrier: DLVRD/ACCDM
delivered/partial missing_pieces@carrier: DLVRD/ACCSI
returning/undeliverable: EXPHD/RTTSP RETRN/FRMJR RETRN/OTHER RETRN/WRGDT
returning/undeliverable @sender: RETRN/FSCCH RETRN/GDNMS RETRN/MSSDT RETRN/NAGTB RETRN/RTSSA RETRN/UDFPC
    OFWRD/RTSSA
returning/undeliverable @recipient: RETRN/CNCNR RETRN/NEXCH RETRN/NHOME RETRN/WRGID
returning/undeliverable @carrier: RETRN/MSDLA RETRN/WRGTR
returning/undeliverable address_issue@sender: RETRN/BDADD
returning/undeliverable address_issue@recipient: RETRN/MOVED
returning/unclaimed @recipient: RETRN/NTCCN
returning/undeliverable damaged@carrier: RETRN/DMGED RETRN/DMGPC
returning/customs_rejected @customs: RETRN/CLREF RETRN/INSPF
returning/refused refused@recipient: RETRN/CSREQ RETRN/NTORD RETRN/RFUSD
returning/sender_recall @sender: RETRN/RTSCR OFWRD/RTSCR
lost/carrier_declared lost@carrier: EXPHD/LOSTX RCCLS/LOSTX
lost/disposed: DSPSD/FRMJR DSPSD/MSLBL DSPSD/NRQRD
lost/disposed @sender: DSPSD/BDADD DSPSD/CRQST DSPSD/FSCCH DSPSD/GDNMS
lost/disposed @recipient: DSPSD/CNCNR DSPSD/CSREQ DSPSD/MOVED DSPSD/NTCLM DSPSD/NTORD
lost/disposed damaged@carrier: DSPSD/DMGED DSPSD/DMGPC
lost/disposed @customs: DSPSD/CLREF
nothing on_hold@sender: ADVIS/STBSD
nothing address_issue@sender: ALERT/BDADD
nothing: ADVIS/DLVDT ADVIS/DLVTM ADVIS/MSGER ADVIS/MSGPC ADVIS/MSGST ADVIS/ORDER ADVIS/PFLOC ADVIS/REJCT
    ADVIS/ROUCR ADVIS/SECDA ALERT/DLVTM CHECK/SVCHG DTNPC/GHSTP DTNPC/NPRPF NTADT/NPRPF RCCLS/GHSTP
# money, and the word of a driver that his last event was none
nothing: DLVRD/CODAR DLVRD/CODRP PMTCR/NRQRD PMTCS/NRQRD PMTCS/SERPT STORN/NRQRD
"""
)

EVENTS: Final[Mapping[str, Meaning]] = table_of(
    """
info_received: PARCV PURCR
info_received/pickup_failed: NTPUP
picked_up/collected: PCKDU
picked_up/dropped_off: SHRCU
in_transit: ASMVT LDTHU LDTMV SRTED ULFMV MVARR MVDPT INFCL SECHK RELBL REPCK PBNDT FWDCF OFWRD TRBCR
in_transit/customs_in: ICPRC ITBAR HNDND
in_transit/customs_in customs_hold@customs: HLDCP HLDCU
in_transit/customs_released: RSDCP
in_transit on_hold@carrier: EXPHD
in_transit on_hold@other: CNFSC
in_transit/rerouted @recipient: ROUCR
in_transit/handed_to_partner: HNDDE
in_transit delayed_announced@carrier: LDEXC MVDEX MVTEX
in_transit misrouted@carrier: MSRTD
in_transit damaged@carrier: DMGDS
available_for_pickup: CNRFC HLDCC
delivery_attempted: NTDEL
delivery_attempted/refused refused@recipient: DLVRF
delivered: DLVRD
returning: RETRN
lost/disposed: DSPSD
cancelled @sender: CANCL
nothing: ADVIS ALERT CHECK DTNPC NTADT PMTCR PMTCS RCCLS STORN
"""
)

STANDARD: Final[Mapping[str, Meaning]] = table_of(
    """
info_received/manifest_received: VA
info_received/pickup_failed: AN
picked_up/collected: AE
picked_up: ES
in_transit/hub_arrived: EE
in_transit/hub_departed: AA
in_transit: NB LA
in_transit/customs_in: ZO
# the delivery process begins before the tour
in_transit/local_facility: PO
available_for_pickup/pickup_point: ZF
delivery_attempted: ZN
delivered: ZU
in_transit on_hold@carrier: BV
nothing: DD GT
"""
)
