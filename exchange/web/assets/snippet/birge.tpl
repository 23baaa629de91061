___INFO___

{
  "type": "TAG",
  "id": "cvt_temp_public_id",
  "version": 1,
  "securityGroups": [],
  "displayName": "Birge",
  "categories": [
    "AFFILIATE_MARKETING",
    "CONVERSIONS",
    "ATTRIBUTION"
  ],
  "brand": {
    "id": "brand_dummy",
    "displayName": "Birge",
    "thumbnail": ""
  },
  "description": "Keeps the click of an influencer's link on your pages and tells Birge which order it became.",
  "containerContexts": [
    "WEB"
  ]
}


___TEMPLATE_PARAMETERS___

[
  {
    "type": "RADIO",
    "name": "event",
    "displayName": "Where this tag fires",
    "radioItems": [
      {
        "value": "page",
        "displayValue": "All pages: keep the click"
      },
      {
        "value": "purchase",
        "displayValue": "Thank-you page: tell the order"
      }
    ],
    "simpleValueType": true,
    "defaultValue": "page"
  },
  {
    "type": "TEXT",
    "name": "siteId",
    "displayName": "Shop",
    "simpleValueType": true,
    "help": "As on the page Your site in Birge. It is public: it opens nothing.",
    "defaultValue": "SITE_ID",
    "valueValidators": [
      {
        "type": "REGEX",
        "args": [
          "^[0-9a-f]{32}$"
        ],
        "errorMessage": "32 digits and letters a to f"
      }
    ]
  },
  {
    "type": "SELECT",
    "name": "days",
    "displayName": "Keep a click for",
    "macrosInSelect": false,
    "selectItems": [
      {
        "value": "90",
        "displayValue": "90 days"
      },
      {
        "value": "60",
        "displayValue": "60 days"
      },
      {
        "value": "30",
        "displayValue": "30 days"
      }
    ],
    "simpleValueType": true,
    "defaultValue": "90"
  },
  {
    "type": "TEXT",
    "name": "orderId",
    "displayName": "Order number",
    "simpleValueType": true,
    "help": "Empty: transaction_id of the data layer's GA4 event purchase. It must be the number that the shop sends to Birge.",
    "enablingConditions": [
      {
        "paramName": "event",
        "paramValue": "purchase",
        "type": "EQUALS"
      }
    ]
  },
  {
    "type": "TEXT",
    "name": "value",
    "displayName": "Value",
    "simpleValueType": true,
    "help": "Empty: value of the GA4 event.",
    "enablingConditions": [
      {
        "paramName": "event",
        "paramValue": "purchase",
        "type": "EQUALS"
      }
    ]
  },
  {
    "type": "TEXT",
    "name": "currency",
    "displayName": "Currency",
    "simpleValueType": true,
    "help": "Empty: currency of the GA4 event.",
    "enablingConditions": [
      {
        "paramName": "event",
        "paramValue": "purchase",
        "type": "EQUALS"
      }
    ]
  },
  {
    "type": "TEXT",
    "name": "coupon",
    "displayName": "Promo code",
    "simpleValueType": true,
    "help": "Empty: coupon of the GA4 event.",
    "enablingConditions": [
      {
        "paramName": "event",
        "paramValue": "purchase",
        "type": "EQUALS"
      }
    ]
  }
]


___SANDBOXED_JS_FOR_WEB_TEMPLATE___

// Loads the snippet once a page, and on the thank-you page tells it the order.
const callInWindow = require('callInWindow');
const copyFromDataLayer = require('copyFromDataLayer');
const encodeUriComponent = require('encodeUriComponent');
const injectScript = require('injectScript');

const url =
  'https://birge.example/js/birge.js?site=' +
  encodeUriComponent(data.siteId) +
  '&days=' +
  encodeUriComponent(data.days);

const tellOrder = () => {
  const said = copyFromDataLayer('ecommerce') || {};
  callInWindow('birge', 'purchase', {
    order_id: data.orderId || said.transaction_id,
    value: data.value || said.value,
    currency: data.currency || said.currency,
    coupon: data.coupon || said.coupon,
  });
};

const loaded = () => {
  if (data.event === 'purchase') tellOrder();
  data.gtmOnSuccess();
};

injectScript(url, loaded, data.gtmOnFailure, url);


___WEB_PERMISSIONS___

[
  {
    "instance": {
      "key": {
        "publicId": "inject_script",
        "versionId": "1"
      },
      "param": [
        {
          "key": "urls",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 1,
                "string": "https://birge.example/js/birge.js*"
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "access_globals",
        "versionId": "1"
      },
      "param": [
        {
          "key": "keys",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 3,
                "mapKey": [
                  {
                    "type": 1,
                    "string": "key"
                  },
                  {
                    "type": 1,
                    "string": "read"
                  },
                  {
                    "type": 1,
                    "string": "write"
                  },
                  {
                    "type": 1,
                    "string": "execute"
                  }
                ],
                "mapValue": [
                  {
                    "type": 1,
                    "string": "birge"
                  },
                  {
                    "type": 8,
                    "boolean": true
                  },
                  {
                    "type": 8,
                    "boolean": false
                  },
                  {
                    "type": 8,
                    "boolean": true
                  }
                ]
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  },
  {
    "instance": {
      "key": {
        "publicId": "read_data_layer",
        "versionId": "1"
      },
      "param": [
        {
          "key": "allowedKeys",
          "value": {
            "type": 1,
            "string": "specific"
          }
        },
        {
          "key": "keyPatterns",
          "value": {
            "type": 2,
            "listItem": [
              {
                "type": 1,
                "string": "ecommerce"
              },
              {
                "type": 1,
                "string": "ecommerce.*"
              }
            ]
          }
        }
      ]
    },
    "clientAnnotations": {
      "isEditedByUser": true
    },
    "isRequired": true
  }
]


___TESTS___

scenarios:
- name: On all pages the script is loaded and nothing is told
  code: |-
    runCode({event: 'page', siteId: 'SITE_ID', days: '90'});

    assertThat(asked).isEqualTo('https://birge.example/js/birge.js?site=SITE_ID&days=90');
    assertApi('callInWindow').wasNotCalled();
    assertApi('gtmOnSuccess').wasCalled();
- name: On the thank-you page the order of the data layer is told
  code: |-
    mock('copyFromDataLayer', {transaction_id: '1042', value: 25500, currency: 'KZT'});

    runCode({event: 'purchase', siteId: 'SITE_ID', days: '90'});

    assertThat(told.order_id).isEqualTo('1042');
    assertThat(told.currency).isEqualTo('KZT');
- name: What the tag's own fields say comes first
  code: |-
    mock('copyFromDataLayer', {transaction_id: '1042'});

    runCode({event: 'purchase', siteId: 'SITE_ID', days: '30', orderId: 'KZ-7'});

    assertThat(told.order_id).isEqualTo('KZ-7');
setup: |-
  let asked;
  let told;
  mock('injectScript', (url, onSuccess) => {
    asked = url;
    onSuccess();
  });
  mock('callInWindow', (name, event, order) => {
    told = order;
  });


___NOTES___

Apache-2.0. Downloaded from Birge, with its own address and the shop's id filled in.
